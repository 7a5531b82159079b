import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { compareValues } from '../type/compare-values.js';
import { encodeSingleValue } from '../type/single-value.js';
import type { Value } from '../type/value.js';
import type { DataFile } from './data-file.js';
import type { PartitionFieldSummary } from './manifest-file.js';

/** Bounds of every partition field over files of one spec. NaN never enters a bound. */
export function summarizePartitions(
  files: readonly DataFile[],
  partition: readonly ResolvedPartitionField[],
): PartitionFieldSummary[] {
  return partition.map((field, index) => {
    let containsNull = false;
    let containsNan = false;
    let lower: Value | null = null;
    let upper: Value | null = null;
    for (const file of files) {
      const value = file.partition[index] ?? null;
      if (value === null) {
        containsNull = true;
      } else if (typeof value === 'number' && Number.isNaN(value)) {
        containsNan = true;
      } else {
        if (lower === null || compareValues(value, lower) < 0) lower = value;
        if (upper === null || compareValues(value, upper) > 0) upper = value;
      }
    }
    return {
      containsNull,
      ...(field.resultType === 'float' || field.resultType === 'double' ? { containsNan } : {}),
      ...(lower === null ? {} : { lowerBound: encodeSingleValue(field.resultType, lower) }),
      ...(upper === null ? {} : { upperBound: encodeSingleValue(field.resultType, upper) }),
    };
  });
}
