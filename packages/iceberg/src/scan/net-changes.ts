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
 * Every side is read twice. Held in between is one text of at most 40 characters, or a digest, per removed row, and per
 * added row that is left where there is a key.
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

  const removedRows = new Counts();
  for await (const batch of removed()) {
    const encode = rowEncoder(batch, fields);
    for (let row = 0; row < batch.numRows; row++) removedRows.add(encode(row));
  }
  const onBothSides = new Counts();
  const addedKeys = new Counts();
  for await (const batch of added()) {
    const encode = rowEncoder(batch, fields);
    const keyOf = keysOf(batch);
    for (let row = 0; row < batch.numRows; row++) {
      const text = encode(row);
      if (removedRows.take(text)) {
        onBothSides.add(text);
        continue;
      }
      const key = keyOf(row);
      if (key !== null) addedKeys.add(key);
    }
  }
  removedRows.clear();
  const updated = new Counts();
  const beforeType = (key: string | null): ChangeType => {
    if (key === null || !addedKeys.take(key)) return 'delete';
    updated.add(key);
    return 'update_before';
  };
  const afterType = (key: string | null): ChangeType =>
    key !== null && updated.take(key) ? 'update_after' : 'insert';
  const sides = [
    { batches: removed, cancelled: onBothSides.copy(), typeOf: beforeType },
    { batches: added, cancelled: onBothSides, typeOf: afterType },
  ];
  for (const { batches, cancelled, typeOf } of sides) {
    for await (const batch of batches()) {
      const encode = rowEncoder(batch, fields);
      const keyOf = keysOf(batch);
      const rows: number[] = [];
      const types: ChangeType[] = [];
      for (let row = 0; row < batch.numRows; row++) {
        if (cancelled.take(encode(row))) continue;
        rows.push(row);
        types.push(typeOf(keyOf(row)));
      }
      if (rows.length > 0) yield { batch, rows: Int32Array.from(rows), types };
    }
  }
}

/** A multiset of texts. */
class Counts {
  readonly #counts: Map<string, number>;

  constructor(counts: Map<string, number> = new Map()) {
    this.#counts = counts;
  }

  add(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  }

  /** Takes one out, if there is one. */
  take(text: string): boolean {
    const count = this.#counts.get(text);
    if (count === undefined) return false;
    if (count === 1) this.#counts.delete(text);
    else this.#counts.set(text, count - 1);
    return true;
  }

  copy(): Counts {
    return new Counts(new Map(this.#counts));
  }

  clear(): void {
    this.#counts.clear();
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
