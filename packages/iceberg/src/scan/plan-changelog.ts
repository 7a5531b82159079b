import { DeleteIndex } from '../delete/delete-index.js';
import { throwIfAborted } from '../error.js';
import type { BoundExpression } from '../expression/bind.js';
import { fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import { readManifest, readManifestList } from './manifest-reader.js';
import { PartitionPlanner } from './plan-scan.js';

/** Rows of a data file that a snapshot added or removed: those live under one set of delete files and not under another. */
export interface ChangedFile {
  readonly dataFile: ManifestEntry;
  readonly liveUnder: readonly ManifestEntry[];
  /** `null` where the whole file came or went. */
  readonly goneUnder: readonly ManifestEntry[] | null;
}

/** What one snapshot changed in its parent. */
export interface SnapshotChanges {
  readonly snapshot: Snapshot;
  readonly ordinal: number;
  /** The snapshot's, which the next one is compared with. */
  readonly manifests: readonly ManifestFile[];
  readonly removed: readonly ChangedFile[];
  readonly added: readonly ChangedFile[];
}

export interface ChangesRequest {
  io: TableIo;
  metadata: TableMetadata;
  snapshot: Snapshot;
  parent: Snapshot | null;
  /** Those of the parent, where they have been read already. */
  parentManifests?: readonly ManifestFile[];
  ordinal: number;
  /** Files without a matching row are left out. */
  filter: BoundExpression;
  signal?: AbortSignal | undefined;
}

/**
 * Compares the files of a snapshot with those of its parent. Only manifests that the two do not share are read for data
 * files that came or went; all data manifests are looked at only where delete files changed.
 */
export async function planChanges(request: ChangesRequest): Promise<SnapshotChanges> {
  const { io, metadata, snapshot, parent, ordinal } = request;
  const planner = new PartitionPlanner(metadata, request.filter);
  const reader = new VersionReader(request);
  const before = request.parentManifests ?? (await readManifestList(io, parent));
  const after = await readManifestList(io, snapshot);
  const data = await reader.difference(before, after, 'data');
  const deletes = await reader.difference(before, after, 'deletes');
  const added: ChangedFile[] = [];
  const removed: ChangedFile[] = [];
  const changes: SnapshotChanges = { snapshot, ordinal, manifests: after, removed, added };
  const whole = (dataFile: ManifestEntry, index: DeleteIndex): ChangedFile => ({
    dataFile,
    liveUnder: index.deletesFor(dataFile),
    goneUnder: null,
  });
  const addedFiles = data.onlyAfter.filter((entry) => planner.fileMightMatch(entry));
  const removedFiles = data.onlyBefore.filter((entry) => planner.fileMightMatch(entry));
  // Of files that are new in every respect, only deletes of the same snapshot may remove rows.
  const isAppend =
    deletes.isSame && addedFiles.every((entry) => entry.dataSequenceNumber === snapshot.sequenceNumber);
  const indexAfter = new DeleteIndex(metadata, isAppend ? [] : await reader.live(after, 'deletes'));
  added.push(...addedFiles.map((entry) => whole(entry, indexAfter)));
  if (removedFiles.length === 0 && deletes.isSame) return changes;
  const indexBefore = new DeleteIndex(metadata, await reader.live(before, 'deletes'));
  removed.push(...removedFiles.map((entry) => whole(entry, indexBefore)));
  if (deletes.isSame) return changes;

  const changed = new DeleteIndex(metadata, [...deletes.onlyBefore, ...deletes.onlyAfter]);
  const lifted = new DeleteIndex(metadata, deletes.onlyBefore);
  const isNew = new Set(data.onlyAfter.map((entry) => fileKey(entry.file)));
  for (const manifest of after) {
    if (manifest.content !== 'data' || !planner.manifestMightMatch(manifest)) continue;
    for (const dataFile of await reader.liveOf(manifest)) {
      if (isNew.has(fileKey(dataFile.file)) || changed.deletesFor(dataFile).length === 0) continue;
      if (!planner.fileMightMatch(dataFile)) continue;
      const [then, now] = [indexBefore.deletesFor(dataFile), indexAfter.deletesFor(dataFile)];
      removed.push({ dataFile, liveUnder: then, goneUnder: now });
      // A delete file that is gone may give rows back, where what came in its place does not delete them too.
      if (lifted.deletesFor(dataFile).length > 0) added.push({ dataFile, liveUnder: now, goneUnder: then });
    }
  }
  return changes;
}

interface Difference {
  readonly onlyBefore: readonly ManifestEntry[];
  readonly onlyAfter: readonly ManifestEntry[];
  readonly isSame: boolean;
}

class VersionReader {
  readonly #request: ChangesRequest;

  constructor(request: ChangesRequest) {
    this.#request = request;
  }

  /** Files that are live in one version only. What an entry's status says is not asked: not every writer keeps it. */
  async difference(
    before: readonly ManifestFile[],
    after: readonly ManifestFile[],
    content: ManifestFile['content'],
  ): Promise<Difference> {
    const unshared = (ours: readonly ManifestFile[], theirs: readonly ManifestFile[]): ManifestFile[] => {
      const paths = new Set(theirs.map((manifest) => manifest.path));
      return ours.filter((manifest) => !paths.has(manifest.path));
    };
    const old = await this.live(unshared(before, after), content);
    const young = await this.live(unshared(after, before), content);
    const oldKeys = new Set(old.map((entry) => fileKey(entry.file)));
    const youngKeys = new Set(young.map((entry) => fileKey(entry.file)));
    const onlyBefore = old.filter((entry) => !youngKeys.has(fileKey(entry.file)));
    const onlyAfter = young.filter((entry) => !oldKeys.has(fileKey(entry.file)));
    return { onlyBefore, onlyAfter, isSame: onlyBefore.length + onlyAfter.length === 0 };
  }

  async live(manifests: readonly ManifestFile[], content: ManifestFile['content']): Promise<ManifestEntry[]> {
    const entries: ManifestEntry[] = [];
    for (const manifest of manifests) {
      if (manifest.content === content) for (const entry of await this.liveOf(manifest)) entries.push(entry);
    }
    return entries;
  }

  async liveOf(manifest: ManifestFile): Promise<ManifestEntry[]> {
    throwIfAborted(this.#request.signal);
    const entries = await readManifest(this.#request.io, this.#request.metadata, manifest);
    return entries.filter((entry) => entry.status !== 'deleted');
  }
}
