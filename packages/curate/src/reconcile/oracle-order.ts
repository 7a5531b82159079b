import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { castValue } from '../cast/cast-value.js';
import { Flattener } from '../flatten/flattener.js';
import { utf8ColumnOf } from '../flatten/utf8-column.js';
import { parsePath } from '../path/json-path.js';
import { oracleInstant } from './oracle-instant.js';

/** What RAW has of an order value: a column's value, or the text at a path. */
export type OracleRawValue = string | bigint | null;
export type OraclePayload = Readonly<Record<string, unknown>>;
/** What versions are compared by: any two of one position have the same shape. */
export type OracleOrderValue = null | string | number | bigint | boolean | readonly [bigint, string];

/** `orderBy` of a contract, read entry by entry. */
export function orderEntries(contract: TopicContract | null): readonly string[] {
  return contract?.orderBy ?? ['$.last_updated_ts', 'publish_time'];
}

/** A path taken apart once. */
export interface OraclePath {
  readonly path: string;
  readonly keys: readonly string[];
  readonly maxDepth: number;
}

export function oraclePath(path: string, contract: TopicContract | null): OraclePath {
  return { path, keys: parsePath(path), maxDepth: contract?.flatten?.maxDepth ?? 5 };
}

/**
 * The text that stands at a path of a parsed payload: strings as they are, other values as written in the payload;
 * null for what is absent, null, or an object that is no text.
 */
export function textAt(
  payload: OraclePayload,
  json: string,
  { path, keys, maxDepth }: OraclePath,
): string | null {
  let value: unknown = payload;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    if (!Object.hasOwn(value, key)) return null;
    value = (value as OraclePayload)[key];
  }
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' && value.isWellFormed()) return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberSource(json, keys);
  // Arrays, objects and lone surrogates keep the spelling of the payload, which parsing forgets.
  const column = new Flattener({ maxDepth }).extract(utf8ColumnOf([json]), [path]).columns[0]!;
  return Buffer.from(column.data).toString('utf8') || null;
}

/** Whole strings, and the colon behind those that are keys. */
const STRINGS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"(\s*:)?/g;

/**
 * The same document, but with no key that is spelled with escapes: V8 13.6 may read such a key as another one that stood in its
 * place in an earlier document. A key that needs escapes is named by none of our paths, so it gets some other name.
 */
export function plainKeys(json: string): string {
  if (!json.includes('\\')) return json;
  let unnamed = 0;
  return json.replace(STRINGS, (text: string, colon: string | undefined) => {
    if (colon === undefined || !text.includes('\\')) return text;
    const plain = JSON.stringify(JSON.parse(text.slice(0, -colon.length)));
    return `${plain.includes('\\') ? `"\uE000 key ${unnamed++}"` : plain}${colon}`;
  });
}

/** Numbers keep their digits: the text of the token, not of the number that JavaScript made of it. */
function numberSource(json: string, keys: readonly string[]): string {
  const marked: unknown = JSON.parse(
    plainKeys(json),
    (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' ? { '#number': context?.source ?? String(value) } : value,
  );
  let value = marked as Record<string, unknown>;
  for (const key of keys) value = value[key] as Record<string, unknown>;
  return value['#number'] as string;
}

/** How order values are read from what RAW has of them, entry by entry. */
export type OracleOrder = (values: readonly OracleRawValue[]) => OracleOrderValue[];

export function oracleOrder(contract: TopicContract | null): OracleOrder {
  const columns = orderEntries(contract).map((entry) =>
    entry.startsWith('$') ? { column: columnOf(entry, contract) } : null,
  );
  return (values) =>
    values.map((value, index) => {
      const read = columns[index]!;
      return read === null || typeof value !== 'string' ? value : typed(value, read.column);
    });
}

function columnOf(path: string, contract: TopicContract | null): ContractColumn | null {
  const wanted = parsePath(path).join('\0');
  const is = (text: string): boolean => text.startsWith('$') && parsePath(text).join('\0') === wanted;
  const columns = Object.entries(contract?.columns ?? {});
  for (const [name, column] of columns)
    if (column.path === undefined ? wanted === name : is(column.path)) return column;
  for (const [, column] of columns) if (column.aliases?.some(is)) return column;
  return null;
}

function typed(text: string, column: ContractColumn | null): OracleOrderValue {
  const type = column?.type ?? 'timestamptz';
  if (type === 'string') return text;
  const assumeUtc = column?.assumeUtc === true || type === 'timestamp';
  if (type === 'timestamptz' || type === 'timestamp')
    return oracleInstant(text, { assumeUtc, epoch: column?.epoch });
  const result = castValue(type, Buffer.from(text, 'utf8'), {});
  if (!result.ok) return null;
  return result.value instanceof Uint8Array ? Buffer.from(result.value).toString('latin1') : result.value;
}

/** Below zero when `left` is older. Null is oldest; texts compare by code point. */
export function compareOracle(left: OracleOrderValue, right: OracleOrderValue): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string')
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (typeof left === 'object' && typeof right === 'object') {
    if (left[0] !== right[0]) return left[0] < right[0] ? -1 : 1;
    return left[1] < right[1] ? -1 : left[1] > right[1] ? 1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}
