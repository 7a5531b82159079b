import type { RecordBatch } from 'apache-arrow';
import { columnData, dataBytes } from '../arrow/arrow-data.js';
import { concatBatches } from '../arrow/concat-batches.js';
import { type SortKey, sortBatch, sortKeys } from '../arrow/sort-batch.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { parseTransform } from '../partition/transform.js';
import { primitiveTypeOf } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { Value } from '../type/value.js';

/** Bytes of all rows held back, decoded. One file holds what was held of its partition, so this bounds files as well. */
const MAX_BYTES = 256 * 1024 * 1024;

/** How the rows of every file are sorted. */
export interface FileSort {
  readonly keys: readonly SortKey[];
  /** Id of the table's sort order. */
  readonly orderId: number;
}

/** Rows of one partition. */
export interface PartitionRows {
  key: string;
  values: readonly (Value | null)[];
  rows: RecordBatch;
}

/**
 * The table's sort order for rows of a schema, or `null` where it has none. Sorting makes reading faster and nothing
 * else, so that an order by a dropped column or an unknown transform is passed over.
 */
export function tableSort(metadata: TableMetadata, schema: Schema): FileSort | null {
  const order = metadata.sortOrders.find(({ orderId }) => orderId === metadata.defaultSortOrderId);
  if (order === undefined || order.fields.length === 0) return null;
  const sortable = order.fields.every(
    ({ sourceId, transform }) =>
      primitiveTypeOf(schema, sourceId) !== null && parseTransform(transform).name !== 'unknown',
  );
  return sortable ? { keys: sortKeys(schema, order), orderId: order.orderId } : null;
}

/** Holds rows back until there are enough of them for a file, and gives them sorted. */
export class SortBuffer {
  readonly #keys: readonly SortKey[];
  readonly #maxBytes: number;
  readonly #parts = new Map<
    string,
    { values: readonly (Value | null)[]; batches: RecordBatch[]; bytes: number }
  >();
  #bytes = 0;

  constructor(keys: readonly SortKey[], maxBytes: number = MAX_BYTES) {
    this.#keys = keys;
    this.#maxBytes = maxBytes;
  }

  /** Takes rows, and gives those of the largest partitions back where too much is held: the rows of a file each. */
  *add({ key, values, rows }: PartitionRows): Generator<PartitionRows> {
    const part = this.#parts.get(key) ?? { values, batches: [], bytes: 0 };
    this.#parts.set(key, part);
    const bytes = bytesOf(rows);
    part.batches.push(rows);
    part.bytes += bytes;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) yield this.#take(this.#largest());
  }

  /** All that is left. */
  *drain(): Generator<PartitionRows> {
    for (const key of [...this.#parts.keys()]) yield this.#take(key);
  }

  #largest(): string {
    let largest = { key: '', bytes: -1 };
    for (const [key, { bytes }] of this.#parts) if (bytes > largest.bytes) largest = { key, bytes };
    return largest.key;
  }

  #take(key: string): PartitionRows {
    const { values, batches, bytes } = this.#parts.get(key)!;
    this.#parts.delete(key);
    this.#bytes -= bytes;
    return { key, values, rows: sortBatch(concatBatches(batches), this.#keys) };
  }
}

function bytesOf(batch: RecordBatch): number {
  return batch.schema.fields.reduce((total, _field, index) => total + dataBytes(columnData(batch, index)), 0);
}
