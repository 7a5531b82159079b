import { hash } from 'node:crypto';
import { type Data, DataType, type RecordBatch } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';
import { columnReader } from '../arrow/column-reader.js';
import type { IcebergType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import type { Value } from '../type/value.js';
import { toHex } from '../util/bytes.js';

type Encode = (row: number) => string;

/** Texts up to this length stand for themselves; longer ones are held as a digest. */
const LONGEST_TEXT = 40;

/**
 * Gives each row of a batch a text that is equal for equal rows only: all NaN are equal, zeros of both signs are not,
 * null equals null. Long texts become their SHA-256, so that a row takes some hundred bytes to remember, however wide.
 * `fields` are the batch's first columns.
 */
export function rowEncoder(batch: RecordBatch, fields: readonly NestedField[]): Encode {
  const columns = fields.map((field, position) =>
    valueEncoder(batch.data.children[position] as Data, field.type),
  );
  return (row) => {
    let text = '';
    for (const encode of columns) text += encode(row);
    return text.length <= LONGEST_TEXT ? text : `#${hash('sha256', text, 'binary')}`;
  };
}

/** As {@link rowEncoder} for a key: `null` for a row that lacks a value in it. */
export function keyEncoder(
  batch: RecordBatch,
  positions: readonly number[],
  fields: readonly NestedField[],
): (row: number) => string | null {
  const columns = positions.map((position, index) =>
    valueEncoder(batch.data.children[position] as Data, fields[index]!.type),
  );
  return (row) => {
    let text = '';
    for (const encode of columns) {
      const part = encode(row);
      if (part === NULL) return null;
      text += part;
    }
    return text.length <= LONGEST_TEXT ? text : `#${hash('sha256', text, 'binary')}`;
  };
}

const NULL = 'n';

/** Every text says where it ends, so that texts of several columns can stand side by side. */
function valueEncoder(data: Data, type: IcebergType): Encode {
  if (isPrimitive(type)) {
    const read = columnReader(data, type);
    return (row) => {
      const value = read(row);
      return value === null ? NULL : encodeValue(value);
    };
  }
  const encode = nestedEncoder(data, type);
  return (row) => (DataType.isNull(data.type) || !isValidAt(data, row) ? NULL : encode(row));
}

function encodeValue(value: Value): string {
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (value instanceof Uint8Array) return `x${value.length}:${toHex(value)}`;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return Object.is(value, -0) ? '-0;' : `${value};`;
}

function nestedEncoder(data: Data, type: Exclude<IcebergType, PrimitiveType>): Encode {
  if (type.type === 'struct') {
    const children = type.fields.map((field, position) =>
      valueEncoder(data.children[position] as Data, field.type),
    );
    return (row) => `{${children.map((encode) => encode(row)).join('')}`;
  }
  const offsets = data.valueOffsets as Int32Array;
  const child = data.children[0] as Data;
  const items =
    type.type === 'list'
      ? [valueEncoder(child, type.element)]
      : [
          valueEncoder(child.children[0] as Data, type.key),
          valueEncoder(child.children[1] as Data, type.value),
        ];
  return (row) => {
    let text = `[${offsets[row + 1]! - offsets[row]!}:`;
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) for (const encode of items) text += encode(at);
    return text;
  };
}
