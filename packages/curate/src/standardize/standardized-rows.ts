import type { RecordBatch } from 'apache-arrow';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { FlattenedBatch } from '../flatten/types.js';
import {
  constantLongs,
  constantText,
  instantVector,
  longLists,
  longVector,
  type NamedVector,
  nullTexts,
  recordBatch,
  takeLongs,
  takeTexts,
  textsOf,
} from '../tables/arrow.js';
import { CARRIED_COLUMNS } from '../tables/own-columns.js';
import type { RawBatch } from './raw-batch.js';

/** What the job knows of a row it writes, besides the row of RAW. */
export interface WrittenRow {
  readonly mergeKey: Uint8Array;
  readonly payloadHash: bigint;
  readonly seen: readonly bigint[] | null;
  readonly firstSeen: bigint;
}

/** Marks that every row of a run carries. */
export interface RunMarks {
  /** Microseconds since the epoch. */
  readonly updatedAt: bigint;
  readonly schemaVersion: string | null;
  readonly sourceSnapshotId: bigint;
}

/** Rows of Standardized that wait to be written: payload columns may still join. */
export interface PendingRows {
  readonly rowCount: number;
  readonly columns: readonly NamedVector[];
  readonly byteLength: number;
}

/** The rows of Standardized for some rows of a RAW batch, whose payloads `flattened` holds in the same order. */
export function standardizedRows(
  raw: RawBatch,
  flattened: FlattenedBatch,
  written: readonly WrittenRow[],
  marks: RunMarks,
): PendingRows {
  const { rows, rowCount } = flattened;
  const carried = CARRIED_COLUMNS.map(({ name }): NamedVector => {
    if (name === 'publish_time') return { name, vector: instantVector(takeLongs(raw.publishTime, rows)) };
    if (name === 'ingestion_ts') return { name, vector: instantVector(takeLongs(raw.ingestion, rows)) };
    return { name, vector: takeTexts(raw.text[name as keyof RawBatch['text']], rows) };
  });
  const own: NamedVector[] = [
    { name: '_merge_key', vector: textsOf(rowCount, (row) => written[row]!.mergeKey) },
    {
      name: '_payload_hash',
      vector: longVector(BigInt64Array.from(written, ({ payloadHash }) => payloadHash)),
    },
    { name: '_seen', vector: longLists(written.map(({ seen }) => seen)) },
    {
      name: '_first_seen_ts',
      vector: instantVector(BigInt64Array.from(written, ({ firstSeen }) => firstSeen)),
    },
    { name: '_updated_ts', vector: instantVector(constantLongs(marks.updatedAt, rowCount)) },
    { name: '_schema_version', vector: constantText(marks.schemaVersion, rowCount) },
    { name: '_source_snapshot_id', vector: longVector(constantLongs(marks.sourceSnapshotId, rowCount)) },
  ];
  const overflow: NamedVector[] =
    flattened.overflow === null ? [] : [{ name: OVERFLOW_COLUMN, vector: flattened.overflow }];
  const columns = [
    ...carried,
    ...own,
    ...flattened.columns.map(({ name, vector }) => ({ name, vector })),
    ...overflow,
  ];
  return {
    rowCount,
    columns,
    byteLength: columns.reduce((sum, { vector }) => sum + vector.byteLength, 0),
  };
}

/** Gives all batches the same columns: those that came up later are null before. */
export function alignRows(pending: readonly PendingRows[]): RecordBatch[] {
  const names = [...new Set(pending.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  return pending.map(({ rowCount, columns }) => {
    const known = new Map(columns.map((column) => [column.name, column]));
    return recordBatch(
      names.map((name) => known.get(name) ?? { name, vector: nullTexts(rowCount) }),
      rowCount,
    );
  });
}
