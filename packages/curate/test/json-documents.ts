/** Seeded JSON documents, valid and mutated, for differential tests. */

/** mulberry32: small, seeded, good enough to pick test cases. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const KEYS = [
  'a',
  'b',
  'c',
  'A',
  'a_b',
  'userId',
  'userid',
  '_m',
  '1x',
  '',
  'é',
  'we.ird',
  '__proto__',
  'message_id',
  '\\',
  '"',
  '\n',
  'last_updated_timestamp',
];
/** Other spellings of the same keys. */
const SPELLINGS = ['"\\u0061"', '"user\\u0049d"', '"\\u00E9"', '"a\\u005fb"', '"\\u005c"', '"\\u000a"'];
const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '1',
  '1.10',
  '9007199254740993',
  '1e400',
  '1E-999',
  '-1.5E-7',
  '1E+2',
  '1234567890123456789012345678901234567890',
];
const STRINGS = ['', 'x', 'naïve €', '😀', 'null', '1.10', '\u2028', '\u007f', '\ufeff', '\uffff'];
const ESCAPES = [
  '\\n',
  '\\b\\f\\r\\t',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0041',
  '\\u00e9',
  '\\u20AC',
  '\\ud83d\\ude00',
  '\\ud800',
  '\\udc00x',
  '\\u0000',
  '\\ud800\\ud800',
  '\\ud800\\u0041',
  '\\ud800\\n',
];
const CHARACTERS = ['a', 'z', '0', ' ', '/', '\u007f', 'é', '€', '😀', '{', '}', '[', ']', ',', ':'];
const SPACES = ['', '', '', '', ' ', '\n', '\t', '\r', '  \n '];
const MUTANTS = '{}[]",:\\ 0123eE+-.tfnulrabx\t\n\u0000\u0001\u001f\u007f';

export class JsonDocuments {
  readonly #random: () => number;
  #last = Buffer.from('{}');

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(items.length)]!;
  }

  /** An object, as UTF-8; about half of them damaged. */
  next(): Buffer {
    const text = `${this.#space()}${this.#random() < 0.95 ? this.#object(0) : this.#value(0)}${this.#space()}`;
    const bytes = Buffer.from(text, 'utf8');
    const given = this.#random() < 0.5 ? bytes : this.#damage(bytes);
    this.#last = bytes;
    return given;
  }

  #space(): string {
    return this.#random() < 0.01 ? ' \n\t\r'.repeat(1 + this.#below(12)) : this.#pick(SPACES);
  }

  #object(depth: number): string {
    const members: string[] = [];
    const size = this.#random() < 0.02 ? 20 : this.#below(5);
    for (let index = 0; index < size; index++) {
      members.push(
        `${this.#space()}${this.#key()}${this.#space()}:${this.#space()}${this.#value(depth + 1)}${this.#space()}`,
      );
    }
    return `{${members.join(',') || this.#space()}}`;
  }

  #key(): string {
    const kind = this.#random();
    if (kind < 0.85) return JSON.stringify(this.#pick(KEYS));
    return kind < 0.95 ? this.#pick(SPELLINGS) : this.#string();
  }

  #string(): string {
    const kind = this.#random();
    if (kind < 0.5) return JSON.stringify(this.#pick(STRINGS));
    if (kind < 0.7) {
      return `"${this.#pick(ESCAPES)}${this.#pick(['', 'x', 'é'])}${this.#pick(ESCAPES)}"`;
    }
    // Any length, with something special at any place: scanners that take several bytes at once have many edges.
    const parts = Array.from({ length: this.#below(this.#random() < 0.1 ? 200 : 24) }, () =>
      this.#random() < 0.85 ? 'abcdefgh'.charAt(this.#below(8)) : this.#pick(CHARACTERS),
    );
    if (this.#random() < 0.4) parts.splice(this.#below(parts.length + 1), 0, this.#pick(ESCAPES));
    return `"${parts.join('')}"`;
  }

  #number(): string {
    if (this.#random() < 0.5) return this.#pick(NUMBERS);
    const digits = (most: number): string =>
      Array.from({ length: 1 + this.#below(most) }, () => this.#below(10)).join('');
    const whole = digits(20).replace(/^0+(?=\d)/, '');
    const fraction = this.#random() < 0.5 ? `.${digits(20)}` : '';
    const exponent = this.#random() < 0.2 ? `${this.#pick(['e', 'E', 'e+', 'E-'])}${digits(4)}` : '';
    return `${this.#pick(['', '-'])}${whole}${fraction}${exponent}`;
  }

  #value(depth: number): string {
    const kind = this.#random();
    if (kind < 0.25 && depth < 8) return this.#object(depth);
    if (kind < 0.35 && depth < 8) return this.#array(depth);
    if (kind < 0.6) return this.#number();
    if (kind < 0.75) return this.#pick(['true', 'false', 'null']);
    return this.#string();
  }

  #array(depth: number): string {
    const items = Array.from({ length: this.#below(4) }, () => `${this.#space()}${this.#value(depth + 1)}`);
    return `[${items.join(',')}${this.#space()}]`;
  }

  #damage(bytes: Buffer): Buffer {
    const at = this.#below(bytes.length + 1);
    const kind = this.#random();
    if (kind < 0.2) return bytes.subarray(0, at);
    if (kind < 0.25) {
      return Buffer.concat([bytes.subarray(0, at), this.#last.subarray(this.#below(this.#last.length))]);
    }
    const byte =
      this.#random() < 0.9 ? MUTANTS.charCodeAt(this.#below(MUTANTS.length)) : 128 + this.#below(128);
    if (kind < 0.5) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
    if (kind < 0.8) return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.#below(3))]);
  }
}
