import { DataType, Precision, TimeUnit } from 'apache-arrow';
import type { BoundTerm } from '../expression/bind.js';
import type { ColumnStatistics } from '../expression/might-match.js';
import type { ParquetFooter } from '../parquet/parquet-footer.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import { decodeBound } from '../type/single-value.js';
import type { Value } from '../type/value.js';

/** Field ids of Parquet's `Statistics`; the deprecated minimum and maximum have no defined order and are not used. */
const STATISTICS = { nullCount: 3, max: 5, min: 6 };

/**
 * What a Parquet footer says of a column in a row group. Bounds are used only where Parquet stores a type in the very
 * bytes and order of Iceberg's; of other types nothing is known.
 */
export function rowGroupStatistics(options: {
  footer: ParquetFooter;
  group: number;
  /** Names in the file, from the top-level column down. */
  path: readonly string[];
  /** As the file stores it. */
  arrowType: DataType;
  term: BoundTerm;
}): ColumnStatistics {
  const { footer, group, path, arrowType: type, term } = options;
  const statistics = footer.statistics(group, path);
  if (statistics === undefined || term.type === null) return {};
  const nulls = statistics.get(STATISTICS.nullCount)?.value;
  const wanted = term.type;
  const comparable = hasSameBytes(type, wanted);
  const bound = (field: number): Value | undefined => {
    const value = statistics.get(field)?.value;
    if (!comparable || !(value instanceof Uint8Array)) return undefined;
    // A timestamp may also be stored in 96 bits, in another order.
    if (!DataType.isUtf8(type) && value.length !== 4 && value.length !== 8) return undefined;
    return decodeBound(wanted, value);
  };
  const [lower, upper] = [bound(STATISTICS.min), bound(STATISTICS.max)];
  return {
    ...(typeof nulls === 'bigint'
      ? {
          ...(nulls > 0n || term.inOptionalStruct !== true ? { hasNulls: nulls > 0n } : {}),
          allNull: nulls === BigInt(footer.rowCounts[group]!),
        }
      : {}),
    ...(lower === undefined ? {} : { lower }),
    ...(upper === undefined ? {} : { upper }),
  };
}

function hasSameBytes(stored: DataType, type: PrimitiveType): boolean {
  switch (primitiveKind(type).kind) {
    case 'int':
      return DataType.isInt(stored) && stored.isSigned && stored.bitWidth === 32;
    case 'long':
      return DataType.isInt(stored) && stored.isSigned && stored.bitWidth >= 32;
    case 'float':
      return DataType.isFloat(stored) && stored.precision === Precision.SINGLE;
    case 'double':
      return DataType.isFloat(stored) && stored.precision !== Precision.HALF;
    case 'date':
      return DataType.isDate(stored);
    case 'timestamp':
    case 'timestamptz':
      return DataType.isTimestamp(stored) && stored.unit === TimeUnit.MICROSECOND;
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return DataType.isTimestamp(stored) && stored.unit === TimeUnit.NANOSECOND;
    case 'string':
      return DataType.isUtf8(stored);
    default:
      return false;
  }
}
