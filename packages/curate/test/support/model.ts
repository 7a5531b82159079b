import type { Envelope, TopicContract } from '@lean-ops/core';

/**
 * The semantics of two-stage dedup and curation in their plainest form: objects, maps and sorting over all rows at
 * once. Slow and obvious; the jobs must end in the same tables whatever the batches.
 */
export interface ModelTables {
  /** By merge key. */
  readonly standardized: Map<string, ModelRow>;
  /** Merge keys of rows that pass. */
  readonly curated: Map<string, Record<string, unknown>>;
  readonly openErrors: Map<string, { messageId: string; failures: string[] }>;
  /** Message id and payload of each malformed version. */
  readonly parseErrors: string[];
  readonly copies: number;
  readonly superseded: number;
}

export interface ModelRow {
  readonly envelope: Record<string, unknown>;
  readonly mergeKey: string;
  readonly firstSeen: bigint;
  /** JSON path → text. */
  readonly values: Record<string, string>;
}

interface Version {
  row: Envelope;
  readonly mergeKey: string;
  readonly payload: Record<string, unknown> | null;
}

/** A JSON number with its digits. */
class Digits {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export function model(
  rows: readonly Envelope[],
  contract: TopicContract | null,
  hash: (bytes: Uint8Array) => bigint,
): ModelTables {
  const versions = new Map<string, Version>();
  let copies = 0;
  for (const row of rows) {
    const payload = parse(row.json_payload);
    const mergeKey = keyOf(row, payload, contract);
    const given = orderBy(contract).map((entry) => {
      if (entry === 'publish_time')
        return row.publish_time_source === 'producer' ? String(row.publish_time) : null;
      if (entry.startsWith('$') || entry === 'ingestion_ts' || entry === 'sqs_message_id') return null;
      return row[entry as keyof Envelope];
    });
    const identity = JSON.stringify(
      [mergeKey, row.message_id, row.json_payload, given].map(String).concat(JSON.stringify(given)),
    );
    const known = versions.get(identity);
    if (known === undefined) {
      versions.set(identity, { row, mergeKey, payload });
      continue;
    }
    copies++;
    if (earlier(row, known.row)) known.row = row;
  }
  const all = [...versions.values()];
  const parsed = all.filter(({ payload }) => payload !== null);
  const standardized = new Map<string, ModelRow>();
  const curated: ModelTables['curated'] = new Map();
  const openErrors: ModelTables['openErrors'] = new Map();
  for (const mergeKey of new Set(parsed.map((version) => version.mergeKey))) {
    const mine = parsed.filter((version) => version.mergeKey === mergeKey);
    const newest = mine.toSorted((left, right) => compare(left, right, contract, hash)).at(-1)!;
    const { json_payload: _, envelope_json: __, ...envelope } = newest.row;
    const firstSeen = mine
      .map(({ row }) => row)
      .toSorted((left, right) => (earlier(left, right) ? -1 : 1))[0]!.ingestion_ts;
    const values = Object.fromEntries(leaves(newest.payload!, '$'));
    standardized.set(mergeKey, { envelope, mergeKey, firstSeen, values });
    if (contract === null) continue;
    const { failures, columns } = judge(values, contract);
    if (failures.length === 0) curated.set(mergeKey, { message_id: newest.row.message_id, ...columns });
    else openErrors.set(mergeKey, { messageId: newest.row.message_id, failures });
  }
  return {
    standardized,
    curated,
    openErrors,
    parseErrors: all
      .filter(({ payload }) => payload === null)
      .map(({ row }) => `${row.message_id} ${row.json_payload} ${row.sqs_message_id}`)
      .sort(),
    copies,
    superseded: parsed.length - standardized.size,
  };
}

function orderBy(contract: TopicContract | null): readonly string[] {
  return contract?.orderBy ?? ['$.last_updated_ts', 'publish_time'];
}

function parse(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json, (_key, token: unknown, context?: { source?: string }) =>
      typeof token === 'number' ? new Digits(context?.source ?? String(token)) : token,
    );
    const isObject =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Digits);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Digits) return value.text;
  return typeof value === 'string' ? value : String(value);
}

function keyOf(
  row: Envelope,
  payload: Record<string, unknown> | null,
  contract: TopicContract | null,
): string {
  const source = contract?.key ?? 'idempotency_key';
  const text = source.startsWith('$.') ? textOf(payload?.[source.slice(2)]) : row[source as keyof Envelope];
  return typeof text !== 'string' || text.trim() === '' ? `m:${row.message_id}` : `k:${text}`;
}

function earlier(left: Envelope, right: Envelope): boolean {
  if (left.ingestion_ts !== right.ingestion_ts) return left.ingestion_ts < right.ingestion_ts;
  return left.sqs_message_id < right.sqs_message_id;
}

function compare(
  left: Version,
  right: Version,
  contract: TopicContract | null,
  hash: (bytes: Uint8Array) => bigint,
): number {
  for (const entry of orderBy(contract)) {
    const [a, b] = [left, right].map((version) => orderValue(version, entry, contract));
    if (a === b) continue;
    if (a == null) return -1;
    if (b == null) return 1;
    if (a < b) return -1;
    if (a > b) return 1;
  }
  if (left.row.message_id !== right.row.message_id)
    return left.row.message_id < right.row.message_id ? -1 : 1;
  const [a, b] = [hash(Buffer.from(left.row.json_payload)), hash(Buffer.from(right.row.json_payload))];
  if (a !== b) return a < b ? -1 : 1;
  return (
    Number(left.row.publish_time_source === 'producer') - Number(right.row.publish_time_source === 'producer')
  );
}

function orderValue(
  { row, payload }: Version,
  entry: string,
  contract: TopicContract | null,
): bigint | string | null {
  if (!entry.startsWith('$.')) return row[entry as keyof Envelope];
  const name = entry.slice(2);
  const text = textOf(payload?.[name]);
  if (text === null) return null;
  const column = contract?.columns[name];
  const type = column?.type ?? 'timestamptz';
  if (type === 'string') return text;
  if (type === 'int') return /^-?(0|[1-9]\d{0,8})$/.test(text) ? BigInt(text) : null;
  return /^-?\d+(\.\d+)?$/.test(text) ? epochInstant(text, column?.epoch) : rfc3339Instant(text);
}

/** Digits of a second that instants are compared by; more than the tests give. */
const DIGITS = 24;
const SECOND = 10n ** BigInt(DIGITS);
const FIRST = BigInt(Date.parse('0001-01-01T00:00:00Z') / 1000);
const END = BigInt(Date.parse('9999-12-31T23:59:59Z') / 1000) + 1n;

/** Two per second: the second one is the leap second that may follow. */
function instant(seconds: bigint, fraction: bigint, leap = false): bigint | null {
  if (seconds < FIRST || seconds >= END) return null;
  return (seconds * 2n + (leap ? 1n : 0n)) * SECOND + fraction;
}

function epochInstant(text: string, epoch: string | undefined): bigint | null {
  const unit = { seconds: 0, millis: 3, micros: 6 }[epoch ?? ''];
  if (unit === undefined) return null;
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = whole + fraction.padEnd(DIGITS - unit, '0');
  const scaled = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  const part = ((scaled % SECOND) + SECOND) % SECOND;
  return instant((scaled - part) / SECOND, part);
}

function rfc3339Instant(text: string): bigint | null {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return null;
  const [, date, time, second = '', fraction = '', zone = ''] = match;
  const leap = second === '60';
  const millis = Date.parse(`${date}T${time}:${leap ? '59' : second}${zone.toUpperCase()}`);
  return instant(BigInt(millis / 1000), BigInt(fraction.padEnd(DIGITS, '0')), leap);
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (value === null) return;
  if (typeof value === 'object' && !(value instanceof Digits)) {
    for (const [key, child] of Object.entries(value)) yield* leaves(child, `${path}.${key}`);
    return;
  }
  yield [path, textOf(value)!];
}

/** The contracts of these tests: `amount` is `decimal(10,2)` and must be there, `kind` has two values. */
function judge(
  values: Record<string, string>,
  contract: TopicContract,
): { failures: string[]; columns: Record<string, unknown> } {
  const failures: string[] = [];
  const columns: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(contract.columns)) {
    const text = values[column.path ?? `$.${name}`];
    if (text === undefined) {
      if (column.cde) failures.push(`${name} CDE_MISSING`);
      columns[name] = null;
    } else if (column.type.startsWith('decimal')) {
      const match = /^(-?\d{1,8})(?:\.(\d+))?$/.exec(text);
      if (match === null) failures.push(`${name} CAST_MALFORMED`);
      else if ((match[2] ?? '').replace(/0+$/, '').length > 2) failures.push(`${name} CAST_SCALE_EXCEEDED`);
      else columns[name] = `${match[1]}.${(match[2] ?? '').padEnd(2, '0').slice(0, 2)}`;
    } else if (column.type === 'timestamptz') {
      const micros = microsOf(text, column.epoch);
      if (typeof micros === 'bigint') columns[name] = iso(micros);
      else failures.push(`${name} ${micros}`);
    } else if (column.type === 'int' && !/^-?(0|[1-9]\d{0,8})$/.test(text)) {
      failures.push(`${name} CAST_MALFORMED`);
    } else if (column.enum !== undefined && !column.enum.includes(text)) {
      failures.push(`${name} ENUM_UNKNOWN`);
    } else columns[name] = column.type === 'int' ? Number(text) : text;
  }
  return { failures, columns };
}

/** What a `timestamptz` column makes of a text: microseconds, or the code of what is wrong. */
function microsOf(text: string, epoch: string | undefined): bigint | string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const exact = isNumber ? epochInstant(text, epoch) : rfc3339Instant(text);
  if (exact === null) {
    if (isNumber) return 'CAST_OUT_OF_RANGE';
    if (text.startsWith('0001')) return 'CAST_OUT_OF_RANGE';
    return /^\d{4}.*\d\d:\d\d:\d\d$/.test(text) ? 'CAST_ZONE_MISSING' : 'CAST_MALFORMED';
  }
  const fraction = ((exact % SECOND) + SECOND) % SECOND;
  const half = (exact - fraction) / SECOND;
  if (half % 2n !== 0n) return 'CAST_LEAP_SECOND';
  const micro = SECOND / 1_000_000n;
  return fraction % micro === 0n ? (half / 2n) * 1_000_000n + fraction / micro : 'CAST_FRACTION_TOO_FINE';
}

function iso(micros: bigint): string {
  const millis = (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n;
  const rest = String(micros - millis * 1000n).padStart(3, '0');
  return `${new Date(Number(millis)).toISOString().slice(0, -1)}${rest}Z`;
}
