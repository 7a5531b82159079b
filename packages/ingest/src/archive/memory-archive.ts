import { IngestError } from '../error.js';
import type { Archive, ArchivedMessage, ArchiveFilter } from './archive.js';
import { archiveKey, checkKey, keyMatches } from './archive-key.js';

/** An archive that lives as long as the object. */
export class MemoryArchive implements Archive {
  readonly #messages = new Map<string, ArchivedMessage>();

  async put(message: ArchivedMessage): Promise<string> {
    const key = archiveKey(message);
    if (!this.#messages.has(key)) this.#messages.set(key, structuredClone(message));
    return key;
  }

  async get(key: string): Promise<ArchivedMessage> {
    checkKey(key);
    const message = this.#messages.get(key);
    if (message === undefined) throw archiveNotFound(key);
    return structuredClone(message);
  }

  async *list(filter: ArchiveFilter = {}): AsyncIterable<string> {
    for (const key of [...this.#messages.keys()].sort()) if (keyMatches(key, filter)) yield key;
  }
}

export function archiveNotFound(key: string, cause?: unknown): IngestError {
  return new IngestError(`no message is archived under ${key}`, {
    code: 'ARCHIVE_NOT_FOUND',
    context: { key },
    cause,
  });
}
