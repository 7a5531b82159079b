import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';
import { IngestError } from '../error.js';
import type { ArchivedMessage } from './archive.js';
import { archiveId } from './archive-key.js';

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

/**
 * Takes nothing for a message that was changed since: the checksum must be right, and the id that of kind, queue id and
 * body.
 *
 * @throws {IngestError} `ARCHIVE_CORRUPT` for bytes that {@link encodeArchivedMessage} did not write.
 */
export function decodeArchivedMessage(bytes: Uint8Array, key: string): ArchivedMessage {
  try {
    // Node's zlib, because fflate does not look at the checksum.
    const text = gunzipSync(bytes).toString('utf8');
    const { formatVersion, firstIngestionMicros, ...rest } = JSON.parse(text);
    if (formatVersion !== FORMAT_VERSION)
      throw new RangeError(`format version ${formatVersion} is not known`);
    if (typeof rest.body !== 'string' || typeof rest.id !== 'string')
      throw new TypeError('id or body is missing');
    if (archiveId(rest) !== rest.id) throw new TypeError(`its id ${rest.id} is not that of its content`);
    return { ...rest, firstIngestionMicros: BigInt(firstIngestionMicros) };
  } catch (error) {
    throw new IngestError(`archived message ${key} cannot be read: ${(error as Error).message}`, {
      code: 'ARCHIVE_CORRUPT',
      context: { key },
      cause: error,
    });
  }
}
