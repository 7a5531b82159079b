import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { Watermark } from '../watermark/watermark.js';
import { RAW_COLUMNS, type RawBatch, rawBatch } from './raw-batch.js';

export interface RawRangeOptions {
  readonly raw: Table;
  readonly from: Watermark | null;
  readonly to: Snapshot;
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

/** The rows of RAW that a run reads, as often as it wants: always from the same snapshot. */
export class RawRange implements RowSource {
  readonly #options: RawRangeOptions;

  constructor(options: RawRangeOptions) {
    this.#options = options;
  }

  /** Batches in the order of the scan, which does not change between passes. */
  async *batches(): AsyncGenerator<RawBatch> {
    const { raw, from, to, signal } = this.#options;
    const scan = raw.scan({
      columns: RAW_COLUMNS,
      snapshotId: to.snapshotId,
      // One batch per row group, mostly: nothing has to be put together.
      batchSize: 131_072,
      ...(from === null ? {} : { afterSequenceNumber: from.sequenceNumber }),
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const batch of scan) if (batch.numRows > 0) yield rawBatch(batch);
  }
}
