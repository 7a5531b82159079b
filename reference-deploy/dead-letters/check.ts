import type { ArchiveKind, TrackedError } from '@lean-ops/core';
import { type Archive, type ArchivedMessage, openError } from '@lean-ops/ingest';
import { mapConcurrently } from './map-concurrently.js';
import type { DeadLetterPorts } from './ports.js';
import { readArchive } from './read-archive.js';

/** Something that archive and tracker do not agree on. */
export interface CheckFinding {
  /** Null where nothing says it. */
  readonly id: string | null;
  readonly topic: string | null;
  readonly kind: ArchiveKind | null;
  readonly archiveKey: string;
  /** `untracked`: only the archive has it. `tracked`: it was, and has been mended. */
  readonly finding: 'missing' | 'corrupt' | 'untracked' | 'tracked';
  readonly detail: string | null;
}

const READS = 16;

/**
 * Compares archive and tracker: every tracked message must be in the archive, whole, and every archived one tracked.
 *
 * A message is archived first and tracked next, so that one which only the archive has was cut off in between; its queue
 * delivers it again. It stays so only where it was then taken, or where the tracker was lost.
 *
 * @param repair Tracks, as open, what only the archive has.
 */
export async function* checkDeadLetters(
  ports: Pick<DeadLetterPorts, 'archive' | 'tracker'>,
  { repair = false }: { repair?: boolean } = {},
): AsyncGenerator<CheckFinding> {
  const { archive, tracker } = ports;
  const tracked = mapConcurrently(tracker.list(), READS, (record) => trackedFinding(archive, record));
  for await (const finding of tracked) if (finding !== null) yield finding;
  const archived = mapConcurrently(archive.list(), READS, (key) => archivedFinding(ports, key, repair));
  for await (const finding of archived) if (finding !== null) yield finding;
}

async function trackedFinding(archive: Archive, record: TrackedError): Promise<CheckFinding | null> {
  const reading = await readArchive(archive, record);
  if (reading.state === 'kept') return null;
  const { id, topic, kind, archiveKey } = record;
  return { id, topic, kind, archiveKey, finding: reading.state, detail: reading.detail };
}

async function archivedFinding(
  { archive, tracker }: Pick<DeadLetterPorts, 'archive' | 'tracker'>,
  archiveKey: string,
  repair: boolean,
): Promise<CheckFinding | null> {
  // A key ends in the message's id.
  const id = /([^/]+)\.json\.gz$/.exec(archiveKey)?.[1] ?? '';
  if ((await tracker.get(id)) !== null) return null;
  let message: ArchivedMessage;
  try {
    message = await archive.get(archiveKey);
  } catch (error) {
    const { code, message: detail } = error as { code?: unknown; message: string };
    if (code !== 'ARCHIVE_CORRUPT') throw error;
    return { id: null, topic: null, kind: null, archiveKey, finding: 'corrupt', detail };
  }
  const { topic, kind } = message;
  const common = { id: message.id, topic, kind, archiveKey };
  if (message.id !== id) {
    return { ...common, finding: 'corrupt', detail: `the key says ${id}, the message ${message.id}` };
  }
  if (!repair) return { ...common, finding: 'untracked', detail: null };
  await tracker.record(openError(message, archiveKey, 0));
  return { ...common, finding: 'tracked', detail: null };
}
