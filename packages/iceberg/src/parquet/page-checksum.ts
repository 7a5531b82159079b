import { crc32 } from 'node:zlib';
import { type PagePlace, pagePlaces } from './page-headers.js';

/** A page whose bytes are not those that were written. */
export class DamagedPage extends Error {
  readonly column: string;
  readonly page: number;

  constructor(column: string, page: number) {
    super(`page ${page} of the column "${column}" does not have the checksum in its header`);
    this.column = column;
    this.page = page;
  }
}

/**
 * Holds a page against the checksum in its header, if there is one (Parquet, "Checksumming": the CRC of the bytes as
 * they are stored, without the header). Throws {@link DamagedPage}.
 */
export function requireChecksum(chunk: Uint8Array, page: PagePlace, column: string): void {
  const { checksum, start, end } = page;
  if (checksum === null || (crc32(chunk.subarray(start, end)) | 0) === checksum) return;
  throw new DamagedPage(column, page.number);
}

/** The same for all pages of a chunk. Throws also an `Error` where they do not fit the chunk. */
export function requireChecksums(chunk: Uint8Array, column: string): void {
  for (const page of pagePlaces(chunk)) requireChecksum(chunk, page, column);
}
