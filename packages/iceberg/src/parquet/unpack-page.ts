import { promisify } from 'node:util';
import {
  gunzip,
  gunzipSync,
  type ZlibOptions,
  type ZstdOptions,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib';

/** Numbers of Parquet's codecs that Node itself unpacks, on other threads if asked. */
export const CODEC = { none: 0, gzip: 2, zstd: 6 };

/** Smaller pages are unpacked sooner than another thread is told of them. */
const SMALL_PAGE_BYTES = 8 * 1024;
const MOST_CHUNK_BYTES = 4 * 1024 * 1024;
/** Pages of real files have a few megabytes; a damaged header must not let a few bytes become gigabytes. */
const MOST_PAGE_BYTES = 256 * 1024 * 1024;

const asyncGunzip = promisify<Uint8Array, ZlibOptions, Buffer>(gunzip);
const asyncUnzstd = promisify<Uint8Array, ZstdOptions, Buffer>(zstdDecompress);

/** Unpacks a page of a size its header tells. Throws an `Error` where it has another. */
export async function unpackPage(codec: number, bytes: Uint8Array, size: number): Promise<Uint8Array> {
  if (size > MOST_PAGE_BYTES) throw new Error(`a page is said to have ${size} bytes`);
  // Packed, nothing takes a few bytes, too.
  if (size === 0) return new Uint8Array(0);
  if (codec === CODEC.none) return sized(bytes, size);
  const options = {
    maxOutputLength: Math.max(1, size),
    // Room for a whole page, so that it comes in one piece.
    chunkSize: Math.min(MOST_CHUNK_BYTES, Math.max(1024, size)),
  };
  if (size < SMALL_PAGE_BYTES)
    return sized(
      codec === CODEC.zstd ? zstdDecompressSync(bytes, options) : gunzipSync(bytes, options),
      size,
    );
  return sized(
    await (codec === CODEC.zstd ? asyncUnzstd(bytes, options) : asyncGunzip(bytes, options)),
    size,
  );
}

function sized(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new Error(`a page has ${bytes.length} bytes where ${size} were expected`);
  return bytes;
}
