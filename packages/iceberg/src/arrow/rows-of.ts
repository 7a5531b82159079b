import { type Data, DataType, type RecordBatch } from 'apache-arrow';
import type { IcebergType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import { formatDate, formatTime, formatTimestamp } from '../type/temporal-text.js';
import type { Value } from '../type/value.js';
import { uuidText } from '../util/bytes.js';
import { isValidAt } from './arrow-data.js';
import { columnReader } from './column-reader.js';

/**
 * The rows of a batch as plain objects: long → `bigint`; date, time, timestamp → ISO text with every digit; decimal →
 * decimal text; uuid → text; binary and fixed → `Uint8Array`; struct → object; list → array; map → `Map`. `Row` is what
 * the caller knows of them.
 */
export function* rowsOf<Row extends object = Record<string, unknown>>(
  batch: RecordBatch,
  fields: readonly NestedField[],
): Generator<Row> {
  const readers = fields.map((field, position) =>
    plainReader(batch.data.children[position] as Data, field.type),
  );
  for (let row = 0; row < batch.numRows; row++) {
    const result: Record<string, unknown> = {};
    for (let position = 0; position < fields.length; position++)
      result[fields[position]!.name] = readers[position]!(row);
    yield result as Row;
  }
}

function plainReader(data: Data, type: IcebergType): (index: number) => unknown {
  if (isPrimitive(type)) {
    const read = columnReader(data, type);
    const convert = plainValue(type);
    return (index) => {
      const value = read(index);
      return value === null ? null : convert(value);
    };
  }
  return orNull(data, nestedReader(data, type));
}

function nestedReader(data: Data, type: Exclude<IcebergType, PrimitiveType>): (index: number) => unknown {
  if (type.type === 'struct') {
    const children = type.fields.map((field, position) =>
      plainReader(data.children[position] as Data, field.type),
    );
    return (index) =>
      Object.fromEntries(type.fields.map((field, position) => [field.name, children[position]!(index)]));
  }
  const offsets = data.valueOffsets as Int32Array;
  const range = <Item>(index: number, read: (child: number) => Item): Item[] =>
    Array.from({ length: offsets[index + 1]! - offsets[index]! }, (_, at) => read(offsets[index]! + at));
  const child = data.children[0] as Data;
  if (type.type === 'list') {
    const element = plainReader(child, type.element);
    return (index) => range(index, element);
  }
  const key = plainReader(child.children[0] as Data, type.key);
  const value = plainReader(child.children[1] as Data, type.value);
  return (index) => new Map(range(index, (at): [unknown, unknown] => [key(at), value(at)]));
}

function orNull(data: Data, read: (index: number) => unknown): (index: number) => unknown {
  return (index) => (DataType.isNull(data.type) || !isValidAt(data, index) ? null : read(index));
}

/** How a value is shown to people: exact, and as JSON has it where JSON can. */
export function plainValue(type: PrimitiveType): (value: Value) => unknown {
  if (type === 'unknown') return (value) => value;
  const kind = primitiveKind(type);
  switch (kind.kind) {
    case 'date':
      return (value) => formatDate(value as number);
    case 'time':
      return (value) => formatTime(value as bigint, 6);
    case 'timestamp':
    case 'timestamptz':
      return (value) => formatTimestamp(value as bigint, { digits: 6, zoned: kind.kind === 'timestamptz' });
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return (value) =>
        formatTimestamp(value as bigint, { digits: 9, zoned: kind.kind === 'timestamptz_ns' });
    case 'decimal':
      return (value) => decimalText(value as bigint, kind.scale);
    case 'uuid':
      return (value) => uuidText(value as Uint8Array);
    case 'fixed':
    case 'binary':
      return (value) => (value as Uint8Array).slice();
    default:
      return (value) => value;
  }
}

function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
