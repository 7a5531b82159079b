import { type DriftEntry, DriftLog } from '../drift/drift.js';
import type { OrderValue } from '../order/order-value.js';
import { loadPayloadHash } from '../payload-hash.js';
import { refuseAborted } from './batch-source.js';
import { type DeduplicateOptions, rulesOf } from './deduplicate.js';
import { jsonText, NotJson } from './json-text.js';
import { Fate, NewestRows } from './newest-rows.js';
import { type OrderColumn, textOrder } from './row-order.js';

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
 * Columns are properties. In keys and ids `1`, `1n` and `1.0` are the same, `'1'` is another; dates are their instant.
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
    const values = row as Readonly<Record<string, unknown>>;
    const order = orders.map(({ name, read }): OrderValue => {
      const value = read(values[name]);
      if (value === undefined) drift.add({ kind: 'INVALID_ORDER_VALUE', column: name, row: given.length });
      return value ?? null;
    });
    newest.add({
      id: keyOf(values, rules.id),
      key: keyOf(values, rules.key),
      payload: rules.payload === null ? null : bytesOf(values[rules.payload]),
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

/** Parts as a JSON array: exact, and never the same for two keys. Null where one is missing or blank. */
function keyOf(row: Readonly<Record<string, unknown>>, names: readonly string[]): Uint8Array | null {
  if (names.length === 0) return null;
  const parts = names.map((name) => row[name]);
  if (
    parts.some(
      (part) => part === null || part === undefined || (typeof part === 'string' && !/\S/.test(part)),
    )
  )
    return null;
  return bytesOf(parts);
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return value;
  try {
    return Buffer.from(jsonText([value]) as string, 'utf8');
  } catch (error) {
    // What JSON cannot say identifies nothing.
    if (error instanceof NotJson) return null;
    throw error;
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
    if (typeof value === 'string') return only('text', () => readText(Buffer.from(value, 'utf8')));
    if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
    if (order.type !== undefined || order.epoch !== undefined)
      return only('text', () => readText(Buffer.from(String(value))));
    return only('number', () => (Number.isNaN(value) ? undefined : value));
  };
}
