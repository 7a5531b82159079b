import type { RecordBatch } from 'apache-arrow';
import { type DriftEntry, DriftLog } from '../drift/drift.js';
import { CurateError } from '../error.js';
import type { OrderValue } from '../order/order-value.js';
import { loadPayloadHash } from '../payload-hash.js';
import { bytesAt } from '../standardize/raw-batch.js';
import { type BatchInput, batchesOf, columnOf, isSpentByReading, type SourceBatch } from './batch-source.js';
import { Fate, NewestRows, type RowIdentity } from './newest-rows.js';
import { type KeyAt, keyReader } from './row-keys.js';
import { type OrderAt, type OrderColumn, orderReader } from './row-order.js';
import { takeRows } from './take-rows.js';
import { plainType, textColumn } from './text-column.js';
import { refuseNoNames, refuseNoObject, wrongCall } from './wrong-call.js';

/** Which rows are the same, and which of them stays. */
export interface DeduplicateRules {
  /** Columns that identify a message: of rows with one id the first is kept, the others are copies. */
  readonly id?: string | readonly string[];
  /** Columns that identify what a row is about: of rows with one key the newest is kept. */
  readonly key?: string | readonly string[];
  /**
   * What newer means, most significant first; null is lowest. Ties go by id, then by the payload's hash, then to the
   * row that came later. Default: the row that came later.
   */
  readonly orderBy?: readonly (string | OrderColumn)[];
  /** Column that rows of one id must share byte for byte to be copies. Default: the id alone says so. */
  readonly payload?: string;
}

export interface DeduplicateOptions extends DeduplicateRules {
  readonly signal?: AbortSignal;
}

/** What became of one batch of the input. */
export interface DeduplicatedPart {
  /** The rows that stay, in the order of the input. */
  readonly batch: RecordBatch;
  /** Row of the whole input behind each row of the batch. */
  readonly rows: Float64Array;
  /** Rows left out because an earlier one has their id. */
  readonly copies: Float64Array;
  /** Rows left out because a newer one has their key. */
  readonly superseded: Float64Array;
  /** Order values that could not be read and count as null; with the first part. */
  readonly drift: readonly DriftEntry[];
}

/**
 * Keeps the first row of each id, and of those the newest of each key.
 *
 * By `id` alone rows come out as they are read. By `key` the input is read twice, once for keys and once for rows:
 * give an Arrow table, an array, the scan of a table, or a function that opens the input anew. Memory: the bytes of each
 * id and key, order values per key, two bits per row, one batch; rows themselves are never kept.
 *
 * A row with a null or blank key goes by its id, one without either is always kept: null is never equal to null.
 *
 * @throws {CurateError} while iterating: `OPTION_INVALID`, `COLUMN_MISSING`, `COLUMN_TYPE_MISMATCH`,
 *   `SOURCE_NOT_REPEATABLE`, `SOURCE_UNSTABLE`, `ABORTED`.
 * @example
 * const newest = deduplicate(table, { id: 'message_id', key: 'order_id', orderBy: ['updated_at'] });
 * for await (const { batch } of newest) await target.append(batch);
 */
export async function* deduplicate(
  batches: BatchInput | (() => BatchInput),
  options: DeduplicateOptions,
): AsyncGenerator<DeduplicatedPart> {
  const rules = rulesOf(options);
  const { signal } = options;
  const newest = new NewestRows({
    byId: rules.id.length > 0,
    byKey: rules.key.length > 0,
    payloadHash: rules.payload === null ? null : await loadPayloadHash(),
  });
  const open = typeof batches === 'function' ? batches : () => batches;
  const drift = new DriftLog();
  if (rules.key.length === 0) {
    for await (const source of batchesOf(open(), signal)) {
      const base = newest.length;
      addRows(source, rules, newest, drift);
      yield part(source, base, newest, drift.take());
    }
    return;
  }
  if (typeof batches !== 'function' && isSpentByReading(batches)) throw notRepeatable();
  for await (const source of batchesOf(open(), signal)) addRows(source, rules, newest, drift);
  let base = 0;
  for await (const source of batchesOf(open(), signal)) {
    checkAgain(source.batch, base, rules, newest);
    yield part(source, base, newest, drift.take());
    base += source.batch.numRows;
  }
  if (base !== newest.length) throw unstable(`it had ${newest.length} rows and then ${base}`);
}

interface Rules {
  readonly id: readonly string[];
  readonly key: readonly string[];
  readonly order: readonly OrderColumn[];
  readonly payload: string | null;
  /** Types of the columns so far: keys of two types would never be the same. */
  readonly types: Map<string, string>;
}

/** @throws {CurateError} `OPTION_INVALID`. */
export function rulesOf(options: DeduplicateRules): Rules {
  refuseNoObject('options', options);
  const { id = [], key = [], orderBy = [], payload } = options;
  const rules = {
    id: typeof id === 'string' ? [id] : id,
    key: typeof key === 'string' ? [key] : key,
    order: ordersOf(orderBy),
    payload: payload ?? null,
    types: new Map<string, string>(),
  };
  refuseNoNames('id', rules.id);
  refuseNoNames('key', rules.key);
  if (rules.payload !== null) refuseNoNames('payload', [rules.payload]);
  const refuse = (option: string, message: string): never => {
    throw new CurateError(message, { code: 'OPTION_INVALID', context: { option } });
  };
  if (rules.id.length + rules.key.length === 0)
    refuse('key', 'nothing says which rows are the same: name columns in "id", in "key", or in both');
  if (rules.order.length > 0 && rules.key.length === 0)
    refuse('orderBy', 'orderBy says which row of a key is the newest: name the columns of the key too');
  if (rules.payload !== null && rules.id.length === 0)
    refuse('payload', 'payload tells rows of one id apart: name the columns of the id too');
  return rules;
}

function ordersOf(orderBy: unknown): OrderColumn[] {
  const wanted = 'a list of names or of objects with "column"';
  if (!Array.isArray(orderBy)) throw wrongCall('orderBy', orderBy, wanted);
  return orderBy.map((each: unknown): OrderColumn => {
    const order = (typeof each === 'string' ? { column: each } : (each ?? {})) as OrderColumn;
    if (typeof order.column !== 'string') throw wrongCall('orderBy', orderBy, wanted);
    return order;
  });
}

function addRows({ batch, numberOf }: SourceBatch, rules: Rules, newest: NewestRows, drift: DriftLog): void {
  const identityOf = identityReader(batch, rules, (column, row) =>
    drift.add({ kind: 'INVALID_ORDER_VALUE', column, row: numberOf(row) }),
  );
  for (let row = 0; row < batch.numRows; row++) newest.add(identityOf(row));
}

/** Only rows that stay are looked at, so that reading again costs little. */
function checkAgain(batch: RecordBatch, base: number, rules: Rules, newest: NewestRows): void {
  const identityOf = identityReader(batch, { ...rules, order: [] }, () => {});
  for (let row = 0; row < batch.numRows && base + row < newest.length; row++) {
    if (newest.fate(base + row) !== Fate.kept) continue;
    if (!newest.isNewest(base + row, identityOf(row))) throw unstable(`row ${base + row} has another key`);
  }
}

type Observe = (column: string, row: number) => void;

function identityReader(batch: RecordBatch, rules: Rules, observe: Observe): (row: number) => RowIdentity {
  for (const name of [...rules.id, ...rules.key, ...rules.order.map(({ column }) => column)])
    refuseOtherType(batch, name, rules.types);
  const none: KeyAt = () => null;
  const idAt = rules.id.length === 0 ? none : keyReader(batch, rules.id, 'id');
  const keyAt = rules.key.length === 0 ? none : keyReader(batch, rules.key, 'key');
  const orders = rules.order.map((order) => ({ name: order.column, at: orderReader(batch, order) }));
  const payload =
    rules.payload === null ? null : textColumn(columnOf(batch, rules.payload, 'payload'), rules.payload);
  return (row) => ({
    id: idAt(row),
    key: keyAt(row),
    payload: payload === null ? null : bytesAt(payload, row),
    order: orders.map(({ name, at }) => orderValue(at, row, () => observe(name, row))),
  });
}

function refuseOtherType(batch: RecordBatch, name: string, types: Map<string, string>): void {
  const field = batch.schema.fields.find((each) => each.name === name);
  if (field === undefined) return;
  const type = plainType(field.type);
  const known = types.get(name) ?? type;
  types.set(name, known);
  if (known === type) return;
  throw new CurateError(
    `column ${name} is ${type} in one batch and was ${known} before: give all batches one type`,
    { code: 'COLUMN_TYPE_MISMATCH', context: { column: name, type, before: known } },
  );
}

function orderValue(at: OrderAt, row: number, unreadable: () => void): OrderValue {
  const value = at(row);
  if (value === undefined) unreadable();
  return value ?? null;
}

function part(
  { batch, numberOf }: SourceBatch,
  base: number,
  newest: NewestRows,
  drift: readonly DriftEntry[],
): DeduplicatedPart {
  const rows: Record<Fate, number[]> = { [Fate.kept]: [], [Fate.copy]: [], [Fate.superseded]: [] };
  for (let row = 0; row < batch.numRows; row++) rows[newest.fate(base + row)].push(row);
  const numbers = (fate: Fate): Float64Array => Float64Array.from(rows[fate], numberOf);
  return {
    batch: takeRows(batch, Int32Array.from(rows[Fate.kept])),
    rows: numbers(Fate.kept),
    copies: numbers(Fate.copy),
    superseded: numbers(Fate.superseded),
    drift,
  };
}

function notRepeatable(): CurateError {
  return new CurateError(
    'the newest row of a key is known at the end only, so the input is read twice, and this one can be read once: give a function that opens it, a table or a scan, or hold it in memory with "await Array.fromAsync(batches)"',
    { code: 'SOURCE_NOT_REPEATABLE', context: { option: 'batches' } },
  );
}

function unstable(detail: string): CurateError {
  return new CurateError(
    `the input gave other rows when it was read a second time: ${detail}. Give one that does not change, such as the scan of one snapshot`,
    { code: 'SOURCE_UNSTABLE', context: { detail } },
  );
}
