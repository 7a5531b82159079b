import { readMetadataFile } from '../../metadata/read-metadata-file.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import type { Storage } from '../../storage/storage.js';
import { findVersion, listHighest, readHint, versionFile } from './version-files.js';

/** A version of a table that has just been created exclusively. */
export interface CreatedVersion {
  readonly root: string;
  readonly version: number;
  readonly metadata: TableMetadata;
  /** File of the version it was made from. */
  readonly base?: string;
  /** Snapshots that no version before it had. */
  readonly addedSnapshotIds: readonly bigint[];
}

/**
 * What became of a version: `newest`; `succeeded`, later ones build on it; `too-late`, there are later ones and none of
 * them does; `unknown`.
 */
export type VersionState = 'newest' | 'succeeded' | 'too-late' | 'unknown';

/**
 * Looks whether an exclusive create came in time. A writer that is stopped for long between reading version N and
 * creating N+1 finds that name free again once the N+1 of somebody else has been cleaned up; what it then creates is in
 * no later version. Cheap while nothing points at later versions.
 */
export async function stateOfVersion(storage: Storage, created: CreatedVersion): Promise<VersionState> {
  const { root, version, base } = created;
  const [next, hint, baseIsThere] = await Promise.all([
    findVersion(storage, root, version + 1),
    readHint(storage, root),
    base === undefined || storage.stat(base).then((found) => found !== null),
  ]);
  // Whoever cleaned up version N+1 has most likely taken N as well, so that this counts where a hint was lost.
  if (next === null && (hint ?? 0) <= version && baseIsThere) return 'newest';
  // The direct successor has it in its log, however long ago that was.
  if (next !== null) return stateIn(created, await readMetadataFile(storage, next.path)) ?? 'unknown';
  // Not from the hint, which may lead to the very version in question, or nowhere.
  const newest = await listHighest(storage, root);
  if (newest === null || newest.version <= version) return 'newest';
  const state = stateIn(created, await readMetadataFile(storage, newest.path));
  if (state !== null) return state;
  // Clean-up does not take a version and leave the one before it: this one was created after its successor had gone.
  return (await storage.stat(versionFile(root, version))) === null ? 'unknown' : 'too-late';
}

/** What a later version tells of a version; `null` where it has forgotten. */
function stateIn(
  { version, metadata, addedSnapshotIds }: CreatedVersion,
  later: TableMetadata,
): VersionState | null {
  if (later.tableUuid !== metadata.tableUuid) return 'too-late';
  const ids = new Set(later.snapshots.map((snapshot) => snapshot.snapshotId));
  if (addedSnapshotIds.some((id) => ids.has(id))) return 'succeeded';
  const logged = later.metadataLog.find(({ metadataFile }) => versionOf(metadataFile) === version);
  if (logged === undefined) return null;
  if (logged.timestampMs !== metadata.lastUpdatedMs) return 'too-late';
  // What the log names is not cleaned up, so that the name cannot have been free again. But where this version's
  // snapshots are missing, either they have expired at once or two writers met in one millisecond.
  return addedSnapshotIds.length === 0 ? 'succeeded' : 'unknown';
}

function versionOf(metadataFile: string): number {
  return Number(/\/v(\d+)(?:\.gz)?\.metadata\.json$/.exec(metadataFile)?.[1]);
}
