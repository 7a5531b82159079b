import { isIn, type Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { utf8Column } from '../flatten/utf8-column.js';
import {
  constantLongs,
  instantVector,
  longLists,
  longVector,
  type NamedVector,
  recordBatch,
  takeColumn,
} from '../tables/arrow.js';
import { CARRIED_OVER } from '../tables/carried-over.js';
import type { KeyDecision } from './decide-key.js';
import { longs, textAt, vectorOf } from './raw-batch.js';
import type { RunMarks } from './standardized-rows.js';

/** A row that stays the current one of its key, with other `_seen` or `_first_seen_ts`. */
export interface CarriedRow {
  readonly mergeKey: string;
  /** Where it stands. */
  readonly file: string;
  readonly position: bigint;
  readonly decision: KeyDecision;
}

/** Rows that are written again with all their columns: the old ones are deleted in the same commit. */
export async function* carriedRows(
  table: Table,
  carried: readonly CarriedRow[],
  { marks, signal }: { marks: RunMarks; signal: AbortSignal | undefined },
): AsyncGenerator<RecordBatch> {
  if (carried.length === 0) return;
  const places = new Map(carried.map((row) => [`${row.position} ${row.file}`, row.decision]));
  const names = table.schema().fields.map(({ name }) => name);
  const keys = carried.map(({ mergeKey }) => mergeKey);
  const scan = table.scan({
    columns: [...names, '_file', '_pos'],
    signal,
    ...(keys.length <= 200 ? { filter: isIn('_merge_key', keys) } : {}),
  });
  for await (const batch of scan) {
    const files = utf8Column(vectorOf(batch, '_file'));
    const positions = longs(batch, '_pos');
    const rows: number[] = [];
    const decisions: KeyDecision[] = [];
    for (let row = 0; row < batch.numRows; row++) {
      const decision = places.get(`${positions[row]!} ${textAt(files, row)}`);
      if (decision === undefined) continue;
      rows.push(row);
      decisions.push(decision);
    }
    if (rows.length > 0) yield rewritten(batch, names, { rows: Int32Array.from(rows), decisions, marks });
  }
}

function rewritten(
  batch: RecordBatch,
  names: readonly string[],
  { rows, decisions, marks }: { rows: Int32Array; decisions: readonly KeyDecision[]; marks: RunMarks },
): RecordBatch {
  const columns = names.map((name): NamedVector => {
    switch (name) {
      case '_seen':
        return { name, vector: longLists(decisions.map(({ seen }) => seen)) };
      case '_first_seen_ts':
        return { name, vector: instantVector(BigInt64Array.from(decisions, ({ firstSeen }) => firstSeen)) };
      case '_updated_ts':
        return { name, vector: instantVector(constantLongs(marks.updatedAt, rows.length)) };
      case '_source_snapshot_id':
        return { name, vector: longVector(sources(batch, rows, marks)) };
      default:
        return { name, vector: takeColumn(vectorOf(batch, name), rows) };
    }
  });
  return recordBatch(columns, rows.length);
}

/** A row that a rebuild carried over is told by its mark: RAW does not have it, whoever writes it again. */
function sources(batch: RecordBatch, rows: Int32Array, { sourceSnapshotId }: RunMarks): BigInt64Array {
  const before = longs(batch, '_source_snapshot_id');
  return BigInt64Array.from(rows, (row) => (before[row] === CARRIED_OVER ? CARRIED_OVER : sourceSnapshotId));
}
