import { type Data, DataType, DateUnit, Field, type RecordBatch, TimeUnit, Utf8 } from 'apache-arrow';
import { utf8Vector } from '../flatten/utf8-column.js';
import { textsOf } from '../tables/arrow.js';
import { decimalAt, formatDecimal } from './decimal-value.js';
import { bitAt } from './row-keys.js';
import { batchOf } from './take-rows.js';
import { formatDate, formatTime, formatTimestamp } from './temporal-text.js';
import { isText, textColumn, withoutDictionary } from './text-column.js';

/**
 * A batch with every column as text where it has one exact spelling: texts of any layout, whole numbers, decimals,
 * floats as JavaScript prints them, booleans, dates, times, timestamps. Columns of other types stay as they are.
 */
export function asText(batch: RecordBatch): RecordBatch {
  const columns = batch.data.children.map((child, index) => {
    const field = batch.schema.fields[index]!;
    const data = child as Data;
    if (DataType.isUtf8(data.type)) return { field, data };
    const texts = textData(data, field.name);
    return texts === null
      ? { field, data }
      : { field: new Field(field.name, new Utf8(), true, field.metadata), data: texts };
  });
  return batchOf(
    columns.map(({ field }) => field),
    columns.map(({ data }) => data),
    batch.numRows,
  );
}

function textData(data: Data, name: string): Data | null {
  if (isText(data.type)) return utf8Vector(textColumn(data, name)).data[0]!;
  const plain = withoutDictionary(data);
  const spell = spelling(plain);
  if (spell === null) return null;
  return textsOf(plain.length, (row) => (plain.getValid(row) ? Buffer.from(spell(row), 'latin1') : null))
    .data[0]!;
}

type SpellRow = (row: number) => string;

function spelling(data: Data): SpellRow | null {
  const type = data.type as DataType;
  const values = data.values as ArrayLike<number | bigint>;
  if (DataType.isBool(type)) return (row) => String(bitAt(data, row));
  if (DataType.isInt(type)) return (row) => String(values[row]);
  if (DataType.isFloat(type) && type.precision !== 0) return floatSpelling(data);
  if (DataType.isDecimal(type)) return (row) => formatDecimal(decimalAt(data, row), type.scale);
  if (DataType.isDate(type)) {
    const perDay = type.unit === DateUnit.DAY ? 1 : 86_400_000;
    return (row) => formatDate(Math.floor(Number(values[row]) / perDay));
  }
  if (DataType.isTime(type)) return (row) => formatTime(BigInt(values[row]!) * NANOS[type.unit]!);
  if (DataType.isTimestamp(type)) {
    const zone = type.timezone === null || type.timezone === undefined ? '' : 'Z';
    return (row) => `${formatTimestamp(BigInt(values[row]!) * NANOS[type.unit]!)}${zone}`;
  }
  return null;
}

const NANOS: Readonly<Record<TimeUnit, bigint>> = {
  [TimeUnit.SECOND]: 1_000_000_000n,
  [TimeUnit.MILLISECOND]: 1_000_000n,
  [TimeUnit.MICROSECOND]: 1_000n,
  [TimeUnit.NANOSECOND]: 1n,
};

/** The shortest text that reads back as the same value; a float's is that of the float, not of its double. */
function floatSpelling(data: Data): SpellRow {
  const { values } = data;
  if (!(values instanceof Float32Array)) return (row) => String((values as Float64Array)[row]);
  return (row) => {
    const value = values[row]!;
    for (let digits = 6; digits < 9; digits++) {
      const text = value.toPrecision(digits);
      if (Math.fround(Number(text)) === value) return String(Number(text));
    }
    return String(Number(value.toPrecision(9)));
  };
}
