import type { RecordBatch } from 'apache-arrow';
import { dataBytes } from '../arrow/arrow-data.js';
import type { NestedField } from '../type/iceberg-type.js';
import { keyEncoder, rowEncoder } from './row-encoding.js';

/** How a row of a changelog changed. */
export type ChangeType = 'insert' | 'delete' | 'update_before' | 'update_after';

/** Rows of a batch that changed, and how each did. */
export interface ChangedRows {
  readonly batch: RecordBatch;
  readonly rows: Int32Array;
  readonly types: readonly ChangeType[];
}

/** Up to this many bytes of a side are kept in memory instead of being read a second time. */
const KEPT_BYTES = 64 * 1024 * 1024;

/**
 * What is left of the rows that a snapshot removed and added after those that are on both sides, row for row, cancelled
 * each other out: a rewritten file carries most of its rows over. With a key, a removed and an added row that share it
 * are the row before and after an update. Removed rows come first.
 *
 * Each side is read twice, from memory where it is small. Held in between are a text of some 32 characters per removed
 * row, one byte per added row, and where there is a key, a text per added row that is left.
 */
export async function* netChanges(options: {
  removed: () => AsyncIterable<RecordBatch>;
  added: () => AsyncIterable<RecordBatch>;
  /** The first columns of the batches, all of which make up a row. */
  fields: readonly NestedField[];
  /** Empty for no pairing of updates. */
  key: readonly NestedField[];
}): AsyncGenerator<ChangedRows> {
  const { fields } = options;
  const removed = repeatable(options.removed);
  const added = repeatable(options.added);
  const places = options.key.map((column) => fields.findIndex((field) => field.id === column.id));
  const keysOf = (batch: RecordBatch): ((row: number) => string | null) =>
    places.length === 0 ? () => null : keyEncoder(batch, places, options.key);

  const texts: string[] = [];
  const removedRows = new Counts();
  for await (const batch of removed()) {
    const encode = rowEncoder(batch, fields);
    for (let row = 0; row < batch.numRows; row++) texts.push(removedRows.add(encode(row)));
  }
  const onBothSides = new Counts();
  const addedKeys = new Counts();
  const keptOfBatches: Uint8Array[] = [];
  for await (const batch of added()) {
    const encode = rowEncoder(batch, fields);
    const keyOf = keysOf(batch);
    const kept = new Uint8Array(batch.numRows);
    for (let row = 0; row < batch.numRows; row++) {
      const text = encode(row);
      if (removedRows.take(text)) {
        onBothSides.add(text);
        continue;
      }
      kept[row] = 1;
      const key = keyOf(row);
      if (key !== null) addedKeys.add(key);
    }
    keptOfBatches.push(kept);
  }
  const updated = new Counts();
  const beforeType = (key: string | null): ChangeType => {
    if (key === null || !addedKeys.take(key)) return 'delete';
    updated.add(key);
    return 'update_before';
  };
  let first = 0;
  for await (const batch of removed()) {
    const start = first;
    first += batch.numRows;
    yield* changedRows(batch, (row) => !onBothSides.take(texts[start + row]!), keysOf(batch), beforeType);
  }
  const afterType = (key: string | null): ChangeType =>
    key !== null && updated.take(key) ? 'update_after' : 'insert';
  let index = 0;
  for await (const batch of added()) {
    const kept = keptOfBatches[index++]!;
    yield* changedRows(batch, (row) => kept[row] === 1, keysOf(batch), afterType);
  }
}

function* changedRows(
  batch: RecordBatch,
  isKept: (row: number) => boolean,
  keyOf: (row: number) => string | null,
  typeOf: (key: string | null) => ChangeType,
): Generator<ChangedRows> {
  const rows: number[] = [];
  for (let row = 0; row < batch.numRows; row++) if (isKept(row)) rows.push(row);
  if (rows.length === 0) return;
  const types = rows.map((row) => typeOf(keyOf(row)));
  yield { batch, rows: Int32Array.from(rows), types };
}

/** A multiset of texts. */
class Counts {
  readonly #counts = new Map<string, { readonly text: string; count: number }>();

  /** Adds one and gives the text as it is held, so that equal ones take memory once. */
  add(text: string): string {
    const known = this.#counts.get(text);
    if (known !== undefined) {
      known.count++;
      return known.text;
    }
    this.#counts.set(text, { text, count: 1 });
    return text;
  }

  /** Takes one out, if there is one. */
  take(text: string): boolean {
    const known = this.#counts.get(text);
    if (known === undefined || known.count === 0) return false;
    known.count--;
    return true;
  }
}

/** Batches that may be iterated again: small ones from memory, large ones by reading them anew. */
function repeatable(read: () => AsyncIterable<RecordBatch>): () => AsyncIterable<RecordBatch> {
  let kept: RecordBatch[] | null = null;
  return async function* () {
    if (kept !== null) {
      yield* kept;
      return;
    }
    const batches: RecordBatch[] = [];
    let bytes = 0;
    for await (const batch of read()) {
      bytes += dataBytes(batch.data);
      if (bytes <= KEPT_BYTES) batches.push(batch);
      else batches.length = 0;
      yield batch;
    }
    if (bytes <= KEPT_BYTES) kept = batches;
  };
}
