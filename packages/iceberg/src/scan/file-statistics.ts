import type { BoundExpression, BoundTerm } from '../expression/bind.js';
import { type ColumnStatistics, mightMatch } from '../expression/might-match.js';
import type { DataFile } from '../manifest/data-file.js';
import type { ManifestFile, PartitionFieldSummary } from '../manifest/manifest-file.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { decodeBound } from '../type/single-value.js';

/** The statistics of a data file that say what it may hold. */
export type FileStatistics = Pick<
  DataFile,
  'valueCounts' | 'nullValueCounts' | 'nanValueCounts' | 'lowerBounds' | 'upperBounds'
>;

/** Whether a data file's column statistics leave room for a matching row. */
export function fileMightMatch(file: FileStatistics, filter: BoundExpression): boolean {
  return mightMatch(filter, (term) => columnStatistics(file, term));
}

/** What a manifest says of a column of a data file. */
export function columnStatistics(
  file: FileStatistics,
  { fieldId, type, inOptionalStruct }: BoundTerm,
): ColumnStatistics {
  const nulls = file.nullValueCounts?.get(fieldId);
  const values = file.valueCounts?.get(fieldId);
  const statistics: { -readonly [Name in keyof ColumnStatistics]: ColumnStatistics[Name] } = bounds(
    type,
    file.lowerBounds?.get(fieldId),
    file.upperBounds?.get(fieldId),
  );
  if (nulls !== undefined) {
    if (nulls > 0n || inOptionalStruct !== true) statistics.hasNulls = nulls > 0n;
    if (values !== undefined) statistics.allNull = nulls === values;
  }
  const nans = file.nanValueCounts?.get(fieldId);
  if (nans !== undefined) {
    statistics.hasNaNs = nans > 0n;
    if (values !== undefined) statistics.allNaN = nans > 0n && nans === values - (nulls ?? 0n);
  }
  return statistics;
}

/** Whether any partition of a manifest may match a projected filter. */
export function manifestMightMatch(
  manifest: ManifestFile,
  fields: readonly ResolvedPartitionField[],
  projected: BoundExpression,
): boolean {
  const summaries = manifest.partitions;
  if (summaries === undefined || summaries.length !== fields.length) return true;
  return mightMatch(projected, (term) => {
    const index = fields.findIndex((field) => field.fieldId === term.fieldId);
    const summary = summaries[index]!;
    const { resultType } = fields[index]!;
    return {
      hasNulls: summary.containsNull,
      allNull: holdsOnlyNulls(summary, resultType),
      ...(summary.containsNan === undefined ? {} : { hasNaNs: summary.containsNan }),
      ...bounds(resultType, summary.lowerBound, summary.upperBound),
    };
  });
}

/** A summary has bounds unless all its values are null or NaN (spec, `field_summary`). */
function holdsOnlyNulls(summary: PartitionFieldSummary, type: PrimitiveType | null): boolean {
  if (!summary.containsNull || summary.lowerBound !== undefined || summary.upperBound !== undefined)
    return false;
  return (type !== 'float' && type !== 'double') || summary.containsNan === false;
}

function bounds(
  type: PrimitiveType | null,
  lower: Uint8Array | undefined,
  upper: Uint8Array | undefined,
): Pick<ColumnStatistics, 'lower' | 'upper'> {
  // Writers do not agree on the order of UUIDs (signed or unsigned halves), so their bounds prove nothing.
  if (type === null || type === 'uuid') return {};
  const least = lower === undefined ? undefined : decodeBound(type, lower);
  const most = upper === undefined ? undefined : decodeBound(type, upper);
  return {
    ...(least === undefined ? {} : { lower: least }),
    ...(most === undefined ? {} : { upper: most }),
  };
}
