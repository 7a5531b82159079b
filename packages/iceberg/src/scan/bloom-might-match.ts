import { DataType, Precision, TimeUnit } from 'apache-arrow';
import type { BoundExpression } from '../expression/bind.js';
import type { BloomFilter } from '../parquet/bloom-filter.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import { bigintToFixedBytes } from '../util/bytes.js';

/** A column of a row group as far as its Bloom filter is concerned. */
export interface BloomColumn {
  readonly filter: BloomFilter;
  /** As the file stores it. */
  readonly arrowType: DataType;
  /** Number of Parquet's physical type. */
  readonly physicalType: number;
  /** Bytes of a value, of a type of fixed length. */
  readonly typeLength: number | null;
}

/** Numbers of Parquet's physical types. */
const PHYSICAL = { int32: 1, int64: 2, float: 4, double: 5, bytes: 6, fixed: 7 };

/** Field ids of the columns whose Bloom filters could prove that a filter matches nothing. */
export function bloomTerms(expression: BoundExpression, into: Set<number> = new Set()): Set<number> {
  if (expression.op === 'and' || expression.op === 'or') {
    bloomTerms(expression.left, into);
    bloomTerms(expression.right, into);
  } else if (expression.op === 'eq' || expression.op === 'in') {
    into.add(expression.term.fieldId);
  }
  return into;
}

/** Whether Bloom filters leave room for a matching row: `false` is certain. */
export function bloomMightMatch(
  expression: BoundExpression,
  columns: ReadonlyMap<number, BloomColumn>,
  hash: (bytes: Uint8Array) => bigint,
): boolean {
  switch (expression.op) {
    case 'false':
      return false;
    case 'and':
      return (
        bloomMightMatch(expression.left, columns, hash) && bloomMightMatch(expression.right, columns, hash)
      );
    case 'or':
      return (
        bloomMightMatch(expression.left, columns, hash) || bloomMightMatch(expression.right, columns, hash)
      );
    case 'eq':
    case 'in': {
      const column = columns.get(expression.term.fieldId);
      const { type } = expression.term;
      if (column === undefined || type === null) return true;
      const values = expression.op === 'eq' ? [expression.value] : expression.values;
      return values.some((value) => {
        const encoded = plainEncodings(value, type, column);
        return encoded === null || encoded.some((bytes) => column.filter.mightContain(hash(bytes)));
      });
    }
    default:
      return true;
  }
}

/**
 * The bytes a value has in a column in the encoding "plain", which is what is hashed: more than one for a zero, whose
 * sign does not count; none for a value that the column cannot hold; `null` where it is not known how it would be
 * stored.
 */
function plainEncodings(
  value: Value,
  type: PrimitiveType,
  { arrowType, physicalType, typeLength }: BloomColumn,
): Uint8Array[] | null {
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'int':
    case 'long':
      return DataType.isInt(arrowType) && arrowType.isSigned
        ? integer(BigInt(value as number), physicalType)
        : null;
    case 'date':
      return DataType.isDate(arrowType) ? integer(BigInt(value as number), physicalType) : null;
    case 'time':
      return DataType.isTime(arrowType) && arrowType.unit === TimeUnit.MICROSECOND
        ? integer(value as bigint, physicalType)
        : null;
    case 'timestamp':
    case 'timestamptz':
    case 'timestamp_ns':
    case 'timestamptz_ns': {
      const unit = kind.kind.endsWith('_ns') ? TimeUnit.NANOSECOND : TimeUnit.MICROSECOND;
      return DataType.isTimestamp(arrowType) && arrowType.unit === unit
        ? integer(value as bigint, physicalType)
        : null;
    }
    case 'decimal':
      if (!DataType.isDecimal(arrowType) || arrowType.scale !== kind.scale) return null;
      return physicalType === PHYSICAL.fixed
        ? fixedDecimal(value as bigint, typeLength)
        : integer(value as bigint, physicalType);
    case 'float':
    case 'double':
      return DataType.isFloat(arrowType) && arrowType.precision !== Precision.HALF
        ? floats(value as number, physicalType)
        : null;
    case 'string':
      return physicalType === PHYSICAL.bytes && typeof value === 'string' ? [Buffer.from(value)] : null;
    case 'binary':
      return physicalType === PHYSICAL.bytes ? [value as Uint8Array] : null;
    case 'uuid':
    case 'fixed':
      return physicalType === PHYSICAL.fixed ? [value as Uint8Array] : null;
    case 'boolean':
      return null;
    default:
      return null;
  }
}

function integer(value: bigint, physicalType: number): Uint8Array[] | null {
  const bytes = new Uint8Array(physicalType === PHYSICAL.int32 ? 4 : 8);
  const view = new DataView(bytes.buffer);
  if (physicalType === PHYSICAL.int32) {
    // A column that was widened since: its files can hold no larger value.
    if (BigInt.asIntN(32, value) !== value) return [];
    view.setInt32(0, Number(value), true);
    return [bytes];
  }
  if (physicalType !== PHYSICAL.int64) return null;
  if (BigInt.asIntN(64, value) !== value) return [];
  view.setBigInt64(0, value, true);
  return [bytes];
}

function floats(value: number, physicalType: number): Uint8Array[] | null {
  if (physicalType !== PHYSICAL.float && physicalType !== PHYSICAL.double) return null;
  if (physicalType === PHYSICAL.float && Math.fround(value) !== value) return [];
  return (value === 0 ? [0, -0] : [value]).map((item) => {
    const bytes = new Uint8Array(physicalType === PHYSICAL.float ? 4 : 8);
    const view = new DataView(bytes.buffer);
    if (physicalType === PHYSICAL.float) view.setFloat32(0, item, true);
    else view.setFloat64(0, item, true);
    return bytes;
  });
}

/** A value too wide for the column is not in it. */
function fixedDecimal(value: bigint, width: number | null): Uint8Array[] | null {
  if (width === null) return null;
  return BigInt.asIntN(width * 8, value) === value ? [bigintToFixedBytes(value, width)] : [];
}
