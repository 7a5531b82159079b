import type { RecordBatch } from 'apache-arrow';
import type { DriftLog } from '../drift/drift.js';
import type { ColumnPath } from '../flatten/types.js';
import { utf8Column } from '../flatten/utf8-column.js';
import { textAt, vectorOf } from '../standardize/raw-batch.js';
import {
  constantLongs,
  constantText,
  instantVector,
  longVector,
  type NamedVector,
  recordBatch,
  takeColumn,
} from '../tables/arrow.js';
import type { CompiledContract } from '../validate/compiled-contract.js';
import type { CuratedLayout } from './curated-table.js';
import { type CuratedMarks, type ErrorRow, errorRow } from './error-row.js';
import { selectRows } from './select-rows.js';
import type { SourceRows } from './source-rows.js';
import { findKey, isSameMessage, representativeReader, type StandingRow } from './standing-rows.js';

/** What the contract says of one batch of rows. */
export interface Verdict {
  /** Rows of Curated, ready to be written. */
  readonly passed: RecordBatch;
  readonly passedKeys: readonly number[];
  readonly failed: readonly { readonly key: number; readonly row: ErrorRow }[];
  /** Keys whose very message is in Curated already. */
  readonly skippedKeys: readonly number[];
}

export interface EvaluateOptions {
  readonly rows: SourceRows;
  readonly standing: ReadonlyMap<number, StandingRow>;
  readonly compiled: CompiledContract;
  readonly layout: CuratedLayout;
  readonly columns: readonly ColumnPath[];
  readonly marks: CuratedMarks;
  readonly drift: DriftLog;
  readonly signal?: AbortSignal | undefined;
}

/** Applies the contract to rows of Standardized, batch by batch. Messages that Curated has already are passed over. */
export async function* evaluate(options: EvaluateOptions): AsyncGenerator<Verdict> {
  const { rows, standing, signal } = options;
  for await (const batch of rows.batches()) {
    signal?.throwIfAborted();
    if (batch.numRows === 0) continue;
    const mergeKeys = utf8Column(vectorOf(batch, '_merge_key'));
    const representative = representativeReader(batch);
    const wanted: number[] = [];
    const skippedKeys: number[] = [];
    for (let row = 0; row < batch.numRows; row++) {
      const key = findKey(rows.keys, mergeKeys, row);
      if (key === -1) continue;
      const there = standing.get(key);
      if (there !== undefined && isSameMessage(there, representative(row))) skippedKeys.push(key);
      else wanted.push(row);
    }
    yield verdict(selectRows(batch, Int32Array.from(wanted)), skippedKeys, options);
  }
}

function verdict(batch: RecordBatch, skippedKeys: readonly number[], options: EvaluateOptions): Verdict {
  const { rows, compiled, layout, columns, marks, drift } = options;
  if (batch.numRows === 0) return { passed: batch, passedKeys: [], failed: [], skippedKeys };
  const mergeKeys = utf8Column(vectorOf(batch, '_merge_key'));
  const representative = representativeReader(batch);
  const applied = compiled.apply(batch);
  for (const { firstRow, ...entry } of applied.drift) drift.add({ ...entry, row: firstRow });
  const failed = applied.failures.map(({ row, failures }) => {
    const mergeKey = textAt(mergeKeys, row)!;
    const version = { mergeKey, failures, masked: applied.masked(row), ...representative(row) };
    return { key: findKey(rows.keys, mergeKeys, row), row: errorRow(version, columns, marks) };
  });
  const governed = applied.columns.filter(({ name }) =>
    layout.governed.some((column) => column.name === name),
  );
  return {
    passed: curatedBatch(batch, applied.passed, { layout, governed, marks }),
    passedKeys: Array.from(applied.passed, (row) => findKey(rows.keys, mergeKeys, row)),
    failed,
    skippedKeys,
  };
}

interface CuratedParts {
  readonly layout: CuratedLayout;
  readonly governed: readonly NamedVector[];
  readonly marks: CuratedMarks;
}

function curatedBatch(
  batch: RecordBatch,
  passed: Int32Array,
  { layout, governed, marks }: CuratedParts,
): RecordBatch {
  const carried = layout.carried.map((name) => ({ name, vector: takeColumn(vectorOf(batch, name), passed) }));
  return recordBatch(
    [
      ...carried,
      ...governed,
      { name: '_updated_ts', vector: instantVector(constantLongs(marks.updatedAt, passed.length)) },
      { name: '_schema_version', vector: constantText(marks.schemaVersion, passed.length) },
      {
        name: '_source_snapshot_id',
        vector: longVector(constantLongs(marks.sourceSnapshotId, passed.length)),
      },
    ],
    passed.length,
  );
}
