import { crc32 } from 'node:zlib';
import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import type { TableIo } from '../table/table-io.js';
import { concatBytes } from '../util/bytes.js';
import { encodeRoaring64 } from './encode-roaring-bitmap.js';
import { decodeRoaring64 } from './roaring-bitmap.js';

const MAGIC = 0xd1d33964;
/** Length, magic and checksum around the bitmap. */
const FRAME_BYTES = 12;
/** 512 MB of positions. */
export const MOST_POSITIONS: number = 2 ** 26;
const MOST_BYTES = 2 ** 29;

/** Whether a delete file is a deletion vector (version 3). */
export function isDeletionVector(file: DataFile): boolean {
  return file.content === 'position-deletes' && file.fileFormat === 'PUFFIN';
}

/**
 * Positions that a deletion vector removes, ascending. Only the vector's own bytes of the Puffin file are read, at the
 * place the manifest names (spec, "Deletion Vectors"). Throws `CORRUPT_FILE`, `INVALID_METADATA`, `FILE_NOT_FOUND`.
 */
export async function readDeletionVector(io: TableIo, file: DataFile): Promise<Float64Array> {
  const { contentOffset, contentSizeInBytes, filePath: path, recordCount } = file;
  const context = { file: path, dataFile: file.referencedDataFile };
  if (contentOffset === undefined || contentSizeInBytes === undefined) {
    throw new IcebergError(`The manifest does not say where in ${path} a deletion vector stands.`, {
      code: 'INVALID_METADATA',
      context,
    });
  }
  if (
    contentOffset < 0n ||
    contentSizeInBytes < BigInt(FRAME_BYTES) ||
    contentSizeInBytes > BigInt(MOST_BYTES)
  ) {
    throw new IcebergError(
      `The manifest places a deletion vector of ${contentSizeInBytes} bytes at ${contentOffset} in ${path}, which cannot be.`,
      { code: 'INVALID_METADATA', context },
    );
  }
  if (recordCount > BigInt(MOST_POSITIONS)) {
    throw new IcebergError(
      `A deletion vector in ${path} removes ${recordCount} rows; at most ${MOST_POSITIONS} can be read.`,
      { code: 'UNSUPPORTED_FEATURE', context },
    );
  }
  const start = Number(contentOffset);
  const bytes = await io.read(path, { range: { start, end: start + Number(contentSizeInBytes) } });
  try {
    if (bytes.length !== Number(contentSizeInBytes)) throw new Error('the file ends early');
    const positions = decodeDeletionVector(bytes, Number(recordCount));
    if (BigInt(positions.length) !== recordCount)
      throw new Error(`it holds ${positions.length} positions, its manifest says ${recordCount}`);
    return positions;
  } catch (cause) {
    throw new IcebergError(`A deletion vector in ${path} is damaged: ${(cause as Error).message}.`, {
      code: 'CORRUPT_FILE',
      context,
      cause,
    });
  }
}

/** Decodes a `deletion-vector-v1` blob: length, magic, 64-bit roaring bitmap, CRC-32. Throws an `Error`. */
export function decodeDeletionVector(blob: Uint8Array, limit: number): Float64Array {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < FRAME_BYTES) throw new Error(`it has only ${blob.length} bytes`);
  if (view.getUint32(0) !== blob.length - 8)
    throw new Error(
      `it says it has ${view.getUint32(0)} bytes between length and checksum, and has ${blob.length - 8}`,
    );
  if (view.getUint32(4) !== MAGIC) throw new Error('its magic number is wrong');
  if (crc32(blob.subarray(4, -4)) !== view.getUint32(blob.length - 4))
    throw new Error('its checksum is wrong');
  return decodeRoaring64(blob.subarray(8, -4), limit);
}

/** A `deletion-vector-v1` blob of ascending positions. Throws an `Error` where they do not ascend. */
export function encodeDeletionVector(positions: Float64Array): Uint8Array {
  const bitmap = encodeRoaring64(positions);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(bitmap.length + 4);
  head.writeUInt32BE(MAGIC, 4);
  const blob = concatBytes([head, bitmap, new Uint8Array(4)]);
  new DataView(blob.buffer).setUint32(blob.length - 4, crc32(blob.subarray(4, -4)));
  return blob;
}
