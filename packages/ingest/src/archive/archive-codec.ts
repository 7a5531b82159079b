import { gunzipSync, gzipSync, strFromU8 } from 'fflate';
import { IngestError } from '../error.js';
import type { ArchivedMessage } from './archive.js';

const FORMAT_VERSION = 1;

/** Gzipped JSON; the same message gives the same bytes. Half surrogate pairs survive as JSON escapes. */
export function encodeArchivedMessage(message: ArchivedMessage): Uint8Array {
  const { firstIngestionMicros, ...rest } = message;
  const document = {
    formatVersion: FORMAT_VERSION,
    ...rest,
    firstIngestionMicros: String(firstIngestionMicros),
  };
  return gzipSync(Buffer.from(JSON.stringify(document), 'utf8'), { mtime: 0, level: 6 });
}

/** @throws {IngestError} `ARCHIVE_CORRUPT` for bytes that {@link encodeArchivedMessage} did not write. */
export function decodeArchivedMessage(bytes: Uint8Array, key: string): ArchivedMessage {
  try {
    const { formatVersion, firstIngestionMicros, ...rest } = JSON.parse(strFromU8(gunzipSync(bytes)));
    if (formatVersion !== FORMAT_VERSION)
      throw new RangeError(`format version ${formatVersion} is not known`);
    if (typeof rest.body !== 'string' || typeof rest.id !== 'string')
      throw new TypeError('id or body is missing');
    return { ...rest, firstIngestionMicros: BigInt(firstIngestionMicros) };
  } catch (error) {
    throw new IngestError(`archived message ${key} cannot be read: ${(error as Error).message}`, {
      code: 'ARCHIVE_CORRUPT',
      context: { key },
      cause: error,
    });
  }
}
