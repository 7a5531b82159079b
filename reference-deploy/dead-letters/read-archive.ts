import type { TrackedError } from '@lean-ops/core';
import type { Archive, ArchivedMessage } from '@lean-ops/ingest';

/** How the archive keeps what the tracker knows. */
export type ArchiveState = 'kept' | 'missing' | 'corrupt';

export type ArchiveReading =
  | { readonly state: 'kept'; readonly message: ArchivedMessage }
  | { readonly state: Exclude<ArchiveState, 'kept'>; readonly detail: string };

/** Reads a tracked message; one that is not there or cannot be read is an answer, an archive that is down is an error. */
export async function readArchive(archive: Archive, record: TrackedError): Promise<ArchiveReading> {
  let message: ArchivedMessage;
  try {
    message = await archive.get(record.archiveKey);
  } catch (error) {
    const { code, message: detail } = error as { code?: unknown; message: string };
    if (code === 'ARCHIVE_NOT_FOUND') return { state: 'missing', detail };
    if (code === 'ARCHIVE_CORRUPT' || code === 'ARCHIVE_KEY_INVALID') return { state: 'corrupt', detail };
    throw error;
  }
  if (message.id === record.id) return { state: 'kept', message };
  const detail = `${record.archiveKey} holds message ${message.id}, not ${record.id}`;
  return { state: 'corrupt', detail };
}
