import { isAnyArrayBuffer } from 'node:util/types';
import { isBlank } from '../dedup/merge-key.js';
import { type DriftEntry, DriftLog } from '../drift/drift.js';
import { utf8Bytes } from '../flatten/utf8-column.js';
import type { OrderValue } from '../order/order-value.js';
import { loadPayloadHash } from '../payload-hash.js';
import { refuseAborted } from './batch-source.js';
import { type DeduplicateOptions, rulesOf } from './deduplicate.js';
import { identityText, jsonText, NotJson } from './json-text.js';
import { Fate, NewestRows } from './newest-rows.js';
import { type OrderColumn, textOrder } from './row-order.js';
import { refuseNoRows } from './wrong-call.js';

export interface DeduplicatedRows<Row> {
  /** The rows that stay, the very objects given, in their order. */
  readonly rows: readonly Row[];
  /** Place of each in the input. */
  readonly numbers: readonly number[];
  readonly copies: readonly number[];
  readonly superseded: readonly number[];
  readonly drift: readonly DriftEntry[];
}

/**
 * {@link deduplicate} for plain objects, all in memory.
 *
 * Columns are properties. In keys and ids `1`, `1n` and `1.0` are the same, as are `0` and `-0`; `'1'` is another; dates
 * are their instant, bytes go by their value. What JSON cannot say (NaN, a Map) is no key, and a payload like no other.
 * In `orderBy` texts are read as the type says (instants by default), dates are instants, numbers are compared as they
 * are; a column of numbers and instants orders by what came first, the rest counts as null.
 *
 * @throws {CurateError} `OPTION_INVALID`, `ABORTED`.
 * @example
 * const { rows } = await deduplicateRows(orders, { key: 'id', orderBy: ['updatedAt'] });
 */
export async function deduplicateRows<Row extends object>(
  rows: Iterable<Row>,
  options: DeduplicateOptions,
): Promise<DeduplicatedRows<Row>> {
  const rules = rulesOf(options);
  refuseNoRows(rows, { async: false });
  refuseAborted(options.signal);
  const newest = new NewestRows({
    byId: rules.id.length > 0,
    byKey: rules.key.length > 0,
    payloadHash: rules.payload === null ? null : await loadPayloadHash(),
  });
  const drift = new DriftLog();
  const orders = rules.order.map((order) => ({ name: order.column, read: plainOrder(order) }));
  const given: Row[] = [];
  for (const row of rows) {
    const values = (row ?? {}) as Readonly<Record<string, unknown>>;
    const order = orders.map(({ name, read }): OrderValue => {
      const value = read(values[name]);
      if (value === undefined) drift.add({ kind: 'INVALID_ORDER_VALUE', column: name, row: given.length });
      return value ?? null;
    });
    newest.add({
      id: keyOf(values, rules.id),
      key: keyOf(values, rules.key),
      payload: rules.payload === null ? null : payloadOf(values[rules.payload], given.length),
      order,
    });
    given.push(row);
  }
  const numbers = (fate: Fate): number[] => [...given.keys()].filter((row) => newest.fate(row) === fate);
  const kept = numbers(Fate.kept);
  return {
    rows: kept.map((row) => given[row]!),
    numbers: kept,
    copies: numbers(Fate.copy),
    superseded: numbers(Fate.superseded),
    drift: drift.take(),
  };
}

/** Exact, and never the same for two keys. Null where a part is missing or blank. */
function keyOf(row: Readonly<Record<string, unknown>>, names: readonly string[]): Uint8Array | null {
  if (names.length === 0) return null;
  const parts: string[] = [];
  for (const name of names) {
    const part = keyPart(row[name]);
    if (part === null) return null;
    parts.push(part);
  }
  return Buffer.from(parts.join(','), 'utf8');
}

/** A JSON text, or what no JSON text is: one never goes on as the other. */
function keyPart(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const bytes = bytesOf(value);
  if (bytes !== null)
    return isBlank(bytes, 0, bytes.length) ? null : `x'${Buffer.from(bytes).toString('hex')}'`;
  if (typeof value === 'string' && /^[ \t-\r]*$/.test(value)) return null;
  try {
    return identityText(value);
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return isAnyArrayBuffer(value) ? new Uint8Array(value) : null;
}

function payloadOf(value: unknown, row: number): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return utf8Bytes(value);
  const bytes = bytesOf(value);
  if (bytes !== null) return bytes;
  try {
    return Buffer.from(jsonText([value]) as string, 'utf8');
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    // No text begins with this byte, and no other row has this number.
    return Buffer.from(`\xff${row}`, 'latin1');
  }
}

function plainOrder(order: OrderColumn): (value: unknown) => OrderValue | undefined {
  const readText = textOrder(order);
  let kind: 'number' | 'text' | null = null;
  const only = (found: 'number' | 'text', value: () => OrderValue | undefined): OrderValue | undefined => {
    kind ??= found;
    return kind === found ? value() : undefined;
  };
  return (value) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Date) {
      const time = value.getTime();
      return only('text', () =>
        Number.isNaN(time) ? undefined : readText(Buffer.from(value.toISOString())),
      );
    }
    if (typeof value === 'string') return only('text', () => readText(utf8Bytes(value)));
    if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
    if (order.type !== undefined || order.epoch !== undefined)
      return only('text', () => readText(Buffer.from(String(value))));
    return only('number', () => (Number.isNaN(value) ? undefined : value));
  };
}
