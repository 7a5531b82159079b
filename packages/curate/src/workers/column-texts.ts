import { type Data, DataType, type Vector } from 'apache-arrow';
import type { Utf8Column } from '../flatten/utf8-column.js';

/** The texts of a kept column, row by row: as they are, or written out where they have a dictionary. */
export function columnTexts(data: Data): Utf8Column {
  const validity = data.nullCount === 0 ? null : (data.nullBitmap as Uint8Array);
  if (!DataType.isDictionary(data.type)) {
    const { length, values, valueOffsets } = data;
    return { length, data: values as Uint8Array, offsets: valueOffsets as Int32Array, validity };
  }
  const { length } = data;
  const [all] = (data.dictionary as Vector).data as [Data];
  const places = all.valueOffsets as Int32Array;
  const source = all.values as Uint8Array;
  const numbers = data.values as Uint8Array | Uint16Array | Int32Array;
  const offsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) {
    const isNull = validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0;
    const number = numbers[row]!;
    offsets[row + 1] = offsets[row]! + (isNull ? 0 : places[number + 1]! - places[number]!);
  }
  const texts = new Uint8Array(offsets[length]!);
  for (let row = 0; row < length; row++) {
    if (offsets[row] === offsets[row + 1]) continue;
    const number = numbers[row]!;
    texts.set(source.subarray(places[number]!, places[number + 1]!), offsets[row]!);
  }
  return { length, data: texts, offsets, validity };
}
