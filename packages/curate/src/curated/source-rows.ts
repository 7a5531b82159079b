import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { KeySet } from '../dedup/key-set.js';
import { utf8Column } from '../flatten/utf8-column.js';
import { vectorOf } from '../standardize/raw-batch.js';
import type { Watermark } from '../watermark/watermark.js';

/** The rows of Standardized that a step looks at. */
export interface SourceRows {
  /** Number of rows. */
  readonly count: number;
  /** Their merge keys. */
  readonly keys: KeySet;
  batches(): AsyncIterable<RecordBatch>;
}

export interface SourceRowsOptions {
  readonly source: Table;
  readonly to: Snapshot;
  /** Rows of files after it; null for every row. */
  readonly after: Watermark | null;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the keys of the rows now, and the rows themselves as often as asked. */
export async function sourceRows({ source, to, after, signal }: SourceRowsOptions): Promise<SourceRows> {
  const range = {
    snapshotId: to.snapshotId,
    ...(after === null ? {} : { afterSequenceNumber: after.sequenceNumber }),
    ...(signal === undefined ? {} : { signal }),
  };
  const keys = new KeySet();
  let count = 0;
  for await (const batch of source.scan({ ...range, columns: ['_merge_key'] })) {
    const { data, offsets, length } = utf8Column(vectorOf(batch, '_merge_key'));
    for (let row = 0; row < length; row++) keys.add(data, offsets[row]!, offsets[row + 1]!);
    count += length;
  }
  return { count, keys, batches: () => source.scan(range) };
}
