import { gunzipSync } from 'node:zlib';
import { IcebergError } from '../error.js';
import type { Storage } from '../storage/storage.js';
import { parseTableMetadata } from './metadata-codec.js';
import type { TableMetadata } from './table-metadata.js';

/** Far above any real document, and low enough that a small file cannot fill the memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Reads a metadata document, gzipped or not. Throws `FILE_NOT_FOUND`, `INVALID_METADATA`, `UNSUPPORTED_FORMAT_VERSION`. */
export async function readMetadataFile(storage: Storage, path: string): Promise<TableMetadata> {
  return parseMetadataFile(await storage.read(path), path);
}

/** A metadata document from its bytes, gzipped or not. Throws `INVALID_METADATA`, `UNSUPPORTED_FORMAT_VERSION`. */
export function parseMetadataFile(bytes: Uint8Array, path: string): TableMetadata {
  return parseTableMetadata(new TextDecoder().decode(isGzip(bytes) ? unpack(bytes, path) : bytes), path);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(bytes: Uint8Array, path: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new IcebergError(`The table metadata file ${path} cannot be unpacked: it is damaged.`, {
      code: 'INVALID_METADATA',
      context: { file: path },
      cause,
    });
  }
}
