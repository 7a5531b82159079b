import type { ContractColumn, ContractType } from '@lean-ops/core';
import { castValue } from '@lean-ops/curate';

/** Types a column of texts may have, narrow before wide. */
const TYPES: readonly ContractType[] = [
  'boolean',
  'long',
  'decimal(38,0)',
  'double',
  'date',
  'timestamptz',
  'timestamp',
  'uuid',
];
const NUMBERS: ReadonlySet<ContractType> = new Set(['long', 'decimal(38,0)', 'double']);
/** More different values than this are no enum. */
const MOST_VALUES = 12;
const LONGEST_VALUE = 40;
/** Each value of an enum comes so often at least. */
const LEAST_REPEATS = 5;
/** Columns whose values are all different are looked at up to here: memory. */
const MOST_DIFFERENT = 200_000;
/** 2001 to 2100, in seconds and in milliseconds. */
const EPOCHS = {
  seconds: [978_307_200n, 4_102_444_800n],
  millis: [978_307_200_000n, 4_102_444_800_000n],
} as const;

/** Last keys that times have: `sentAt`, `sent_at`, `eventTime`. */
const TIME_NAME = /[a-z0-9](?:At|On|Ts)$|_(?:at|on|ts)$|(?:[Tt]ime|[Dd]ate|[Ss]tamp)$/;

/** What the values of one column look like, seen one at a time. */
export class ColumnProfile {
  readonly name: string;
  readonly path: string;
  /** Rows that have a value. */
  present = 0;
  /** The first value that was seen, shortened. */
  sample: string | null = null;
  #types: readonly ContractType[] = TYPES;
  #hasLeadingZeros = false;
  #decimals: number | null = null;
  #digits = 0;
  #least: bigint | null = null;
  #greatest: bigint | null = null;
  #values: Map<string, number> | null = new Map();
  #different: Set<string> | null = new Set();

  constructor(name: string, path: string) {
    this.name = name;
    this.path = path;
  }

  see(text: string): void {
    this.present += 1;
    this.sample ??= text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE).toWellFormed()}…` : text;
    if (this.#types.length > 0) this.#seeTypes(text);
    if (this.#values !== null) {
      this.#values.set(text, (this.#values.get(text) ?? 0) + 1);
      if (this.#values.size > MOST_VALUES || text.length > LONGEST_VALUE) this.#values = null;
    }
    if (this.#different !== null) {
      if (this.#different.has(text) || this.#different.size === MOST_DIFFERENT) this.#different = null;
      else this.#different.add(text);
    }
  }

  #seeTypes(text: string): void {
    // A number with a zero in front is a name made of digits.
    if (/^-?0\d/.test(text)) this.#hasLeadingZeros = true;
    const bytes = Buffer.from(text);
    this.#types = this.#types.filter(
      (type) => !(this.#hasLeadingZeros && NUMBERS.has(type)) && castValue(type, bytes).ok,
    );
    const number = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
    if (number === null) {
      this.#decimals = -1;
      return;
    }
    const [, whole = '', fraction = ''] = number;
    if (this.present === 1) this.#decimals = fraction.length;
    else if (this.#decimals !== fraction.length) this.#decimals = -1;
    this.#digits = Math.max(this.#digits, whole.length);
    if (fraction === '' && whole.length < 19) {
      const value = BigInt(text);
      if (this.#least === null || value < this.#least) this.#least = value;
      if (this.#greatest === null || value > this.#greatest) this.#greatest = value;
    }
  }

  /** Type and cast that every value has; text where there is none, or no value at all. */
  get column(): Pick<ContractColumn, 'type' | 'epoch'> {
    const [type] = this.present === 0 ? [] : this.#types;
    if (type === undefined) return { type: 'string' };
    if (type === 'long') {
      const epoch = this.#epoch();
      return epoch === null ? { type } : { type: 'timestamptz', epoch };
    }
    // The same number of decimals in every value is money, or the like; others are measurements.
    if (
      type === 'double' &&
      this.#decimals !== null &&
      this.#decimals > 0 &&
      this.#digits + this.#decimals <= 18
    )
      return { type: `decimal(18,${this.#decimals})` };
    return { type };
  }

  /** The unit of whole numbers that are all times of this century, in a column whose name says so. */
  #epoch(): 'seconds' | 'millis' | null {
    if (!TIME_NAME.test(this.path) || this.#least === null) return null;
    for (const unit of ['seconds', 'millis'] as const) {
      const [from, to] = EPOCHS[unit];
      if (this.#least >= from && (this.#greatest ?? to) < to) return unit;
    }
    return null;
  }

  /** The values of a text that has few, each of them often; null for other columns. */
  get enumCandidate(): readonly string[] | null {
    if (this.#values === null || this.column.type !== 'string' || this.#values.size === 0) return null;
    if (this.present < this.#values.size * LEAST_REPEATS) return null;
    return [...this.#values.keys()].sort();
  }

  /** Whether no value came twice; null where nobody counted that far. */
  get isUnique(): boolean | null {
    if (this.#different !== null) return this.present > 0;
    return this.present >= MOST_DIFFERENT ? null : false;
  }

  /** Whether its name is one of those that things about people have. */
  get looksPersonal(): boolean {
    return looksPersonal(this.name);
  }
}

const PERSONAL =
  /ssn|passport|mail|phone|mobile|msisdn|iban|cardnumber|card_number|cvv|passw|secret|token|birth|address|street|(?:first|last|full|sur)_?name|latitude|longitude/;
const PERSONAL_WORDS: ReadonlySet<string> = new Set(['ip', 'dob', 'lat', 'lon', 'lng', 'card', 'pin', 'tax']);

function looksPersonal(name: string): boolean {
  return PERSONAL.test(name) || name.split('_').some((word) => PERSONAL_WORDS.has(word));
}
