import type { BoundExpression, BoundPredicate } from '../expression/bind.js';
import { compileExpression } from '../expression/evaluate.js';
import type { ColumnStatistics } from '../expression/might-match.js';
import { mustMatch, statisticsProve } from '../expression/must-match.js';
import { projectStrict } from '../expression/project-strict.js';
import type { DataFile } from '../manifest/data-file.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { columnStatistics } from './file-statistics.js';

/**
 * Whether the partition and the column statistics of a data file prove that all its rows match. `partition` are the
 * fields of the file's spec. Column metrics of a file count deleted rows too, which only makes the proof harder.
 */
export function fileMustMatch(
  file: DataFile,
  filter: BoundExpression,
  partition: readonly ResolvedPartitionField[],
): boolean {
  return mustMatch(
    filter,
    (predicate) =>
      partitionProves(file, predicate, partition) ||
      statisticsProve(predicate, statisticsOf(file, predicate)),
  );
}

function partitionProves(
  file: DataFile,
  predicate: BoundPredicate,
  partition: readonly ResolvedPartitionField[],
): boolean {
  const test = compileExpression(projectStrict(predicate, partition), (term) => {
    const value = file.partition[partition.findIndex((field) => field.fieldId === term.fieldId)] ?? null;
    return () => value;
  });
  return test(0);
}

function statisticsOf(file: DataFile, { term }: BoundPredicate): ColumnStatistics {
  const values = file.valueCounts?.get(term.fieldId);
  // What was not counted for every row says nothing of every row.
  return values === file.recordCount ? columnStatistics(file, term) : {};
}
