import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** Numbers of Parquet's codecs that Node itself unpacks. */
export const CODEC = { none: 0, gzip: 2, zstd: 6 };

const MOST_CHUNK_BYTES = 4 * 1024 * 1024;
const SPARE_BYTES = 1;
/** Pages of real files have a few megabytes; a damaged header must not let a few bytes become gigabytes. */
const MOST_PAGE_BYTES = 256 * 1024 * 1024;

/**
 * Unpacks a page of a size its header tells, on this thread: a page is unpacked in less time than it takes to tell
 * another thread of it. Throws an `Error` where the page has another size.
 */
export function unpackPage(codec: number, bytes: Uint8Array, size: number): Uint8Array {
  if (size > MOST_PAGE_BYTES) throw new Error(`a page is said to have ${size} bytes`);
  // Packed, nothing takes a few bytes, too.
  if (size === 0) return new Uint8Array(0);
  const unpacked = codec === CODEC.none ? bytes : unpack(codec, bytes, size);
  if (unpacked.length !== size)
    throw new Error(`a page has ${unpacked.length} bytes where ${size} were expected`);
  return unpacked;
}

/**
 * Frees the memory of an unpacked page that nobody looks at any more, to be taken for the next one: memory that is new
 * takes longer to get than a page to copy.
 */
export function giveBack(page: Uint8Array): void {
  const { buffer, byteLength } = page;
  // A small page may stand in memory that Node shares out.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength + SPARE_BYTES) buffer.transfer(0);
}

function unpack(codec: number, bytes: Uint8Array, size: number): Uint8Array {
  // Room for a whole page, so that it comes in one piece, and more: where it is full, Node gets as much again.
  const chunkSize = Math.min(MOST_CHUNK_BYTES, Math.max(1024, size + SPARE_BYTES));
  const options = { maxOutputLength: size, chunkSize };
  return codec === CODEC.zstd ? zstdDecompressSync(bytes, options) : gunzipSync(bytes, options);
}
