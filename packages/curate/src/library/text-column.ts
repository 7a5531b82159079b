import { BinaryView, type Data, DataType, makeData, Utf8, Vector } from 'apache-arrow';
import { CurateError } from '../error.js';
import { type Utf8Column, utf8Column, utf8Vector } from '../flatten/utf8-column.js';
import { nullTexts, textsOf } from '../tables/arrow.js';
import { takeData } from './take-rows.js';

const MAX_BYTES = 2 ** 31 - 1;

/** Whether a column holds texts or bytes, plain, large or by dictionary. */
export function isText(type: DataType): boolean {
  if (DataType.isDictionary(type)) return isText(type.dictionary as DataType);
  return (
    DataType.isUtf8(type) ||
    DataType.isBinary(type) ||
    DataType.isLargeUtf8(type) ||
    DataType.isLargeBinary(type) ||
    isView(type)
  );
}

/** What a column holds, whatever its layout: the texts of a dictionary are texts. */
export function plainType(type: DataType): string {
  if (isText(type)) return 'text';
  return String(DataType.isDictionary(type) ? type.dictionary : type);
}

function isView(type: DataType): boolean {
  return DataType.isUtf8View(type) || DataType.isBinaryView(type);
}

/**
 * The texts of a column of any type that holds texts or bytes; copied only where its layout is another one.
 *
 * @throws {CurateError} `COLUMN_TYPE_MISMATCH` naming the column, `BATCH_TOO_LARGE` above 2 GiB.
 */
export function textColumn(data: Data, name: string): Utf8Column {
  const plain = withoutDictionary(data);
  const type = plain.type as DataType;
  if (!isText(type)) {
    throw new CurateError(`column ${name} should hold text and is ${type}: read or cast it as Utf8`, {
      code: 'COLUMN_TYPE_MISMATCH',
      context: { column: name, type: String(type) },
    });
  }
  if (isView(type)) return utf8Column(viewedTexts(plain));
  return utf8Column(new Vector([withSmallOffsets(plain, name)]));
}

/** A chunk whose values stand in it and not in a dictionary. */
export function withoutDictionary(data: Data): Data {
  if (!DataType.isDictionary(data.type)) return data;
  const entries = entriesOf(data);
  if (entries.length === 0) return nullTexts(data.length).data[0]!;
  const indices = data.values as ArrayLike<number | bigint>;
  const rows = Int32Array.from({ length: data.length }, (_, row) =>
    data.getValid(row) ? Number(indices[row]) : 0,
  );
  const taken = takeData(entries, rows);
  return data.nullCount === 0 ? taken : withNullsOf(taken, data);
}

function entriesOf({ dictionary, type }: Data): Data {
  const chunks = (dictionary?.data ?? []) as readonly Data[];
  if (chunks.length === 1) return chunks[0]!;
  if (dictionary === undefined || chunks.length === 0) return nullTexts(0).data[0]!;
  const value = dictionary.type as DataType;
  if (DataType.isUtf8(value) || DataType.isBinary(value)) return utf8Vector(utf8Column(dictionary)).data[0]!;
  throw new CurateError(
    `a column of type ${type} has a dictionary in ${chunks.length} parts: write it without a dictionary`,
    { code: 'COLUMN_TYPE_MISMATCH', context: { type: String(type) } },
  );
}

/** A value is null where its row is, and where the dictionary's entry is. */
function withNullsOf(taken: Data, rows: Data): Data {
  const nullBitmap = new Uint8Array((rows.length + 7) >> 3);
  let present = 0;
  for (let row = 0; row < rows.length; row++) {
    if (!rows.getValid(row) || !taken.getValid(row)) continue;
    nullBitmap[row >> 3]! |= 1 << (row & 7);
    present++;
  }
  const { 0: offsets, 1: values, 3: typeIds } = taken.buffers;
  const buffers = [offsets, values, nullBitmap, typeIds] as never;
  return taken.clone(taken.type, 0, taken.length, taken.length - present, buffers);
}

/** As bytes and not as strings: bytes that are no UTF-8 are to be found, not replaced. */
function viewedTexts(data: Data): Vector {
  const bytes = new Vector([data.clone(new BinaryView() as never)]);
  return textsOf(data.length, (row) => bytes.get(row) as Uint8Array | null);
}

function withSmallOffsets(data: Data, name: string): Data {
  const type = data.type as DataType;
  if (!DataType.isLargeUtf8(type) && !DataType.isLargeBinary(type)) return data;
  const offsets = data.valueOffsets as unknown as BigInt64Array;
  const first = offsets[0] ?? 0n;
  const bytes = Number((offsets[data.length] ?? 0n) - first);
  if (bytes > MAX_BYTES) {
    throw new CurateError(`column ${name} has ${bytes} bytes in one batch: read it in smaller batches`, {
      code: 'BATCH_TOO_LARGE',
      context: { column: name, bytes },
    });
  }
  return makeData({
    type: new Utf8(),
    length: data.length,
    nullCount: data.nullCount,
    nullBitmap: data.nullBitmap === undefined ? null : alignedBitmap(data),
    valueOffsets: Int32Array.from(offsets.subarray(0, data.length + 1), (offset) => Number(offset - first)),
    data: (data.values as Uint8Array).subarray(Number(first), Number(first) + bytes),
  });
}

function alignedBitmap(data: Data): Uint8Array {
  const bitmap = new Uint8Array((data.length + 7) >> 3);
  for (let row = 0; row < data.length; row++) if (data.getValid(row)) bitmap[row >> 3]! |= 1 << (row & 7);
  return bitmap;
}
