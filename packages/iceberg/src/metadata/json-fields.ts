import { IcebergError } from '../error.js';

/** Anything `printExactJson` prints. */
export type Json = unknown;
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalidMetadata(what: string, found: unknown): IcebergError {
  const text =
    typeof found === 'bigint'
      ? String(found)
      : (JSON.stringify(found, bigintAsText)?.slice(0, 200) ?? 'nothing');
  return new IcebergError(`The table metadata is not valid: expected ${what}, found ${text}.`, {
    code: 'INVALID_METADATA',
    context: { expected: what },
  });
}

export function numberField(json: JsonRecord, key: string): number {
  const value = json[key];
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw invalidMetadata(`an integer "${key}"`, value);
  return value;
}

export function longField(json: JsonRecord, key: string): bigint {
  const value = json[key];
  if (typeof value === 'bigint') return value;
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw invalidMetadata(`an integer "${key}"`, value);
  return BigInt(value);
}

export function textField(json: JsonRecord, key: string): string {
  const value = json[key];
  if (typeof value !== 'string') throw invalidMetadata(`a text "${key}"`, value);
  return value;
}

/** An array of objects; absent counts as empty. */
export function recordsField(json: JsonRecord, key: string): JsonRecord[] {
  const value = json[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isRecord))
    throw invalidMetadata(`a list of objects "${key}"`, value);
  return value;
}

/** An object of texts; absent counts as empty. */
export function textMapField(json: JsonRecord, key: string): Record<string, string> {
  const value = json[key];
  if (value === undefined || value === null) return {};
  if (!isRecord(value) || !Object.values(value).every((item) => typeof item === 'string')) {
    throw invalidMetadata(`an object of texts "${key}"`, value);
  }
  return { ...value } as Record<string, string>;
}

/** `{ [key]: read() }` where `value` is there, else nothing: for properties that may be absent. */
export function optional<Key extends string, Value>(
  key: Key,
  value: unknown,
  read: () => Value,
): { readonly [name in Key]?: Value } {
  return value === undefined || value === null ? {} : ({ [key]: read() } as { [name in Key]: Value });
}

/** `{ extra }` with the entries of `json` that are not in `known`, nothing where there are none. */
export function unknownKeys(
  json: JsonRecord,
  known: readonly string[],
): { readonly extra?: Readonly<Record<string, unknown>> } {
  const extra = restOf(json, known);
  return Object.keys(extra).length > 0 ? { extra } : {};
}

/** The entries of `json` that are not in `known`: kept and written back. */
export function restOf(json: JsonRecord, known: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(json).filter(([key]) => !known.includes(key)));
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
