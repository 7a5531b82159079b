import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { Watermark } from '../watermark/watermark.js';
import { RAW_COLUMNS, type RawBatch, rawBatch } from './raw-batch.js';

export interface RawRangeOptions {
  readonly raw: Table;
  readonly from: Watermark | null;
  readonly to: Snapshot;
  /** Bytes to keep so that the second pass need not read again. */
  readonly cacheBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that can be read as often as one wants, in the same order. */
export interface RowSource {
  batches(): AsyncIterable<RawBatch>;
}

/** Rows of earlier runs before those of this one. */
export function withHistory(history: readonly RawBatch[], range: RowSource): RowSource {
  return {
    async *batches() {
      yield* history;
      yield* range.batches();
    },
  };
}

/**
 * The rows of RAW that a run reads, as often as it wants: the first pass keeps them while they fit its allowance, else
 * the next reads the same snapshot again. Memory is bounded by the allowance and one batch.
 */
export class RawRange implements RowSource {
  readonly #options: RawRangeOptions;
  #kept: RawBatch[] | null = null;

  constructor(options: RawRangeOptions) {
    this.#options = options;
  }

  /** Batches in the order of the scan, which does not change between passes. */
  async *batches(): AsyncGenerator<RawBatch> {
    if (this.#kept !== null) {
      yield* this.#kept;
      return;
    }
    const { raw, from, to, cacheBytes, signal } = this.#options;
    const scan = raw.scan({
      columns: RAW_COLUMNS,
      snapshotId: to.snapshotId,
      ...(from === null ? {} : { afterSequenceNumber: from.sequenceNumber }),
      ...(signal === undefined ? {} : { signal }),
    });
    const kept: RawBatch[] = [];
    let bytes = 0;
    for await (const batch of scan) {
      if (batch.numRows === 0) continue;
      const flat = rawBatch(batch);
      bytes += flat.byteLength;
      if (bytes <= cacheBytes) kept.push(flat);
      else kept.length = 0;
      yield flat;
    }
    if (bytes <= cacheBytes) this.#kept = kept;
  }
}
