import type { TrackedError } from '@lean-ops/core';
import { mapConcurrently } from './map-concurrently.js';
import type { DeadLetterPorts } from './ports.js';
import { type ArchiveState, readArchive } from './read-archive.js';
import { type DeadLetterFilter, selectDeadLetters, take } from './select.js';

/** A tracked message, and whether the archive still keeps it whole. */
export interface ListedDeadLetter extends TrackedError {
  /** Null where nobody looked. */
  readonly archive: ArchiveState | null;
}

export interface ListOptions {
  readonly filter?: DeadLetterFilter;
  /** Default: all. */
  readonly limit?: number;
  /** Reads every message from the archive. Default true. */
  readonly check?: boolean;
}

/** Messages of the archive that are read at once. */
const READS = 16;

/** Dead letters, oldest first. */
export async function* listDeadLetters(
  { tracker, archive }: Pick<DeadLetterPorts, 'tracker' | 'archive'>,
  { filter = {}, limit = Number.POSITIVE_INFINITY, check = true }: ListOptions = {},
): AsyncGenerator<ListedDeadLetter> {
  const found = take(selectDeadLetters(tracker, filter), limit);
  yield* mapConcurrently(found, READS, async (record) => ({
    ...record,
    archive: check ? (await readArchive(archive, record)).state : null,
  }));
}
