import { crc32 } from 'node:zlib';
import { concatBytes } from '../../src/util/bytes.js';
import { type ForeignFile, type ForeignTable, foreignTable, parquet } from './foreign-table.js';

const ID = { id: 1, name: 'id', required: true, type: 'long' } as const;
const ROWS = 10;

/** A `deletion-vector-v1` blob of ascending positions below 65,536. */
export function deletionVector(positions: readonly number[]): Uint8Array {
  const bitmap = new DataView(new ArrayBuffer(28 + positions.length * 2));
  bitmap.setBigUint64(0, 1n, true);
  bitmap.setUint32(8, 0, true);
  bitmap.setUint32(12, 12_346, true);
  bitmap.setUint32(16, 1, true);
  bitmap.setUint16(20, 0, true);
  bitmap.setUint16(22, positions.length - 1, true);
  bitmap.setUint32(24, 16, true);
  for (const [index, position] of positions.entries()) bitmap.setUint16(28 + index * 2, position, true);
  return vectorOf(new Uint8Array(bitmap.buffer));
}

/** Length, magic and checksum around a bitmap. */
export function vectorOf(bitmap: Uint8Array): Uint8Array {
  const body = concatBytes([Uint8Array.of(0xd1, 0xd3, 0x39, 0x64), bitmap]);
  const word = (value: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  };
  return concatBytes([word(body.length), body, word(crc32(body))]);
}

/**
 * A version 3 table of data files with ids 0 to 9 each, and one Puffin file that holds a vector for each: by the
 * suffix of the data file's name, the positions it removes.
 */
export async function deletionVectorTable(
  vectors: ReadonlyMap<string, readonly number[]>,
  more: readonly ForeignFile[] = [],
): Promise<ForeignTable> {
  const rows = Array.from({ length: ROWS }, (_, id) => ({ id }));
  const bytes = await parquet([ID], rows);
  const blobs = [...vectors.values()].map(deletionVector);
  const puffin = concatBytes([Buffer.from('PFA1'), ...blobs, Buffer.from('PFA1')]);
  let offset = 4;
  const files = [...vectors].flatMap(([suffix, positions], index): ForeignFile[] => {
    const at = offset;
    offset += blobs[index]!.length;
    return [
      { path: `data/rows${suffix}.parquet`, bytes, rows: ROWS, sequence: 1 },
      {
        path: 'data/vectors.puffin',
        bytes: puffin,
        rows: positions.length,
        sequence: 2,
        content: 'position-deletes',
        format: 'PUFFIN',
        extra: {
          referenced_data_file: `s3://elsewhere/t/data/rows${suffix}.parquet`,
          content_offset: BigInt(at),
          content_size_in_bytes: BigInt(blobs[index]!.length),
        },
      },
    ];
  });
  return foreignTable({ formatVersion: 3, fields: [ID], files: [...files, ...more] });
}
