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
  /** @param most Rows of a batch; the rows and their order are the same with any number. */
  batches(most?: number): AsyncIterable<RawBatch>;
}

/** Rows of earlier runs before those of this one. */
export function withHistory(history: readonly RawBatch[], range: RowSource): RowSource {
  return {
    async *batches(most) {
      // These are given as often as they are asked for.
      for (const batch of history) yield { ...batch, ownsPayloads: false };
      yield* range.batches(most);
    },
  };
}

/** Mostly a whole row group: nothing has to be put together. */
const MOST_ROWS = 65_536;

/** The rows of RAW that a run reads, as often as it wants: always from the same snapshot. */
export class RawRange implements RowSource {
  readonly #options: RawRangeOptions;

  constructor(options: RawRangeOptions) {
    this.#options = options;
  }

  /** Batches in the order of the scan, which does not change between passes. */
  async *batches(most: number = MOST_ROWS): AsyncGenerator<RawBatch> {
    const { raw, from, to, signal } = this.#options;
    const scan = raw.scan({
      columns: RAW_COLUMNS,
      snapshotId: to.snapshotId,
      batchSize: most,
      ...(from === null ? {} : { afterSequenceNumber: from.sequenceNumber }),
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const batch of scan) if (batch.numRows > 0) yield rawBatch(batch);
  }
}
