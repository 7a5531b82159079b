import { type Data, makeData } from 'apache-arrow';
import { isValidAt } from '../arrow/arrow-data.js';
import { arrowType } from '../arrow/arrow-schema.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import {
  FILE_COLUMN,
  LAST_UPDATED_COLUMN,
  POSITION_COLUMN,
  ROW_ID_COLUMN,
  SPEC_ID_COLUMN,
} from '../schema/metadata-columns.js';

/** Rows of a data file: `start` is the place of the first. */
export interface FileRows {
  readonly start: number;
  readonly rows: number;
  /** A column that the file may store; nulls where it does not. */
  column(id: number): Data;
}

/** A metadata column by its field id, or `null` for an id that is none's. */
export function metadataColumnData(id: number, entry: ManifestEntry, batch: FileRows): Data | null {
  const { file, dataSequenceNumber } = entry;
  const { rows: length, start } = batch;
  switch (id) {
    case FILE_COLUMN.id:
      return repeatedText(file.filePath, length);
    case POSITION_COLUMN.id:
      return longs(positions(start, length));
    case SPEC_ID_COLUMN.id: {
      const data = new Int32Array(length).fill(file.specId);
      return makeData({ type: arrowType('int'), length, nullCount: 0, data } as never);
    }
    // Without a first row id there is only what is stored: nothing in files from before version 3, until a commit assigns
    // one, and the lineage of older rows in a file that a transaction has not committed yet.
    case ROW_ID_COLUMN.id: {
      const first = file.firstRowId;
      if (first === undefined) return batch.column(id);
      return orElse(batch.column(id), length, (row) => first + BigInt(start + row));
    }
    case LAST_UPDATED_COLUMN.id:
      if (file.firstRowId === undefined) return batch.column(id);
      return orElse(batch.column(id), length, () => dataSequenceNumber);
    default:
      return null;
  }
}

/** Stored values, and where those are null, inherited ones (spec, "Row Lineage"). */
function orElse(stored: Data, length: number, inherited: (row: number) => bigint): Data {
  if (stored.nullCount === 0) return stored;
  const values = stored.values as BigInt64Array;
  const isStored = stored.nullCount < length;
  return longs(
    BigInt64Array.from({ length }, (_, row) =>
      isStored && isValidAt(stored, row) ? values[row]! : inherited(row),
    ),
  );
}

/** Written as words: a bigint per row would take longer than reading a column does. */
function positions(start: number, length: number): BigInt64Array {
  const words = new Uint32Array(length * 2);
  for (let row = 0; row < length; row++) {
    const position = start + row;
    words[row * 2] = position;
    words[row * 2 + 1] = position / 2 ** 32;
  }
  return new BigInt64Array(words.buffer);
}

function longs(data: BigInt64Array): Data {
  return makeData({ type: arrowType('long'), length: data.length, nullCount: 0, data } as never);
}

function repeatedText(text: string, length: number): Data {
  const bytes = Buffer.from(text);
  const data = new Uint8Array(bytes.length * length);
  const valueOffsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) {
    data.set(bytes, row * bytes.length);
    valueOffsets[row + 1] = (row + 1) * bytes.length;
  }
  return makeData({ type: arrowType('string'), length, nullCount: 0, valueOffsets, data } as never);
}
