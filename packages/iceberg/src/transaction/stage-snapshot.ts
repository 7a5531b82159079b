import type { EntryStatus, ManifestEntry } from '../manifest/data-file.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { encodeManifestList } from '../manifest/manifest-list-codec.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { type FileChanges, operationOf, summarizeChanges } from '../snapshot/snapshot-summary.js';
import type { Table } from '../table/table.js';
import type { ArrangeManifests } from './merge-manifests.js';
import type { ManifestContext } from './prepare-manifests.js';
import { removeFromManifests } from './remove-from-manifests.js';
import type { RewrittenManifests } from './rewritten-manifests.js';
import { conflict } from './stage-metadata.js';

/** What one attempt stages. */
export interface SnapshotToStage {
  fresh: Table;
  /** Head of the branch the snapshot goes on top of. */
  parent: Snapshot | null;
  snapshotId: bigint;
  attempt: number;
  schemaId: number;
  /** Manifests of the added files. */
  manifests: readonly PreparedManifest[];
  changes: FileChanges;
  /** Committed files to take out, by key. */
  removed: ReadonlyMap<string, ManifestEntry>;
  summary: Readonly<Record<string, string>>;
  context: ManifestContext;
  arrangeManifests: ArrangeManifests;
  cache: RewrittenManifests;
}

/**
 * Writes the manifest list of one attempt on top of the newest snapshot and describes the new one. Throws
 * `COMMIT_CONFLICT` where a file to take out is not there.
 */
export async function stageSnapshot(stage: SnapshotToStage): Promise<Snapshot> {
  const { fresh, parent, snapshotId, context } = stage;
  const sequenceNumber = fresh.metadata.lastSequenceNumber + 1n;
  const complete = (manifest: PreparedManifest): ManifestFile => ({
    ...manifest,
    sequenceNumber,
    minSequenceNumber: manifest.minSequenceNumber ?? sequenceNumber,
    addedSnapshotId: snapshotId,
  });
  const { kept, rewritten } = await manifestsOfParent(stage);
  const manifests = [...stage.manifests.map(complete), ...rewritten.map(complete), ...kept];
  const rowIds = assignRowIds(manifests, context.formatVersion < 3 ? null : (fresh.metadata.nextRowId ?? 0n));
  const parentSnapshotId = parent?.snapshotId ?? null;
  const bytes = encodeManifestList(rowIds.manifests, {
    formatVersion: context.formatVersion,
    snapshotId,
    parentSnapshotId,
    sequenceNumber,
    ...(rowIds.firstRowId === undefined ? {} : { firstRowId: rowIds.firstRowId }),
    sync: context.runtime.randomBytes(16),
  });
  const manifestList = context.io.pathFor(
    `metadata/snap-${snapshotId}-${stage.attempt}-${context.ledger.uniqueName()}.avro`,
  );
  await context.ledger.write(manifestList, bytes);
  return {
    snapshotId,
    parentSnapshotId,
    sequenceNumber,
    // Never before the parent's: the clocks of two writers may differ.
    timestampMs: Math.max(context.runtime.now(), fresh.metadata.lastUpdatedMs),
    operation: operationOf(stage.changes),
    summary: { ...stage.summary, ...summarizeChanges(stage.changes, parent) },
    manifestList,
    schemaId: stage.schemaId,
    ...(rowIds.firstRowId === undefined ? {} : { firstRowId: rowIds.firstRowId, addedRows: rowIds.assigned }),
  };
}

/** The parent's manifests without the removed files, small ones merged. */
async function manifestsOfParent({
  fresh,
  parent,
  snapshotId,
  removed,
  arrangeManifests,
  context,
  cache,
}: SnapshotToStage): Promise<{ kept: ManifestFile[]; rewritten: PreparedManifest[] }> {
  const current = { ...context, metadata: fresh.metadata };
  cache.begin();
  const listed = await readManifestList(context.io, parent);
  const counted = await Promise.all(listed.map((manifest) => withCounts(manifest, fresh, context)));
  const present = counted.filter((manifest) => manifest.addedFilesCount + manifest.existingFilesCount > 0);
  const without = await removeFromManifests(present, removed, { snapshotId, context: current, cache });
  const lost = without.missing[0];
  if (lost !== undefined)
    throw conflict(fresh, `the file ${lost.file.filePath}, which is to be removed, is no longer live`);
  const { kept, rewritten } = await arrangeManifests(without.kept, current, cache);
  return { kept, rewritten: [...without.rewritten, ...rewritten] };
}

/**
 * Gives every data manifest that has no first row id the next ones (spec, "First Row ID Assignment"): `next` is the
 * table's `next-row-id`, `null` before version 3.
 */
function assignRowIds(
  manifests: readonly ManifestFile[],
  next: bigint | null,
): { manifests: readonly ManifestFile[]; firstRowId?: bigint; assigned: bigint } {
  if (next === null) return { manifests, assigned: 0n };
  let assigned = 0n;
  const withIds = manifests.map((manifest) => {
    if (manifest.content !== 'data' || manifest.firstRowId !== undefined) return manifest;
    const firstRowId = next + assigned;
    assigned += manifest.addedRowsCount + manifest.existingRowsCount;
    return { ...manifest, firstRowId };
  });
  return { manifests: withIds, firstRowId: next, assigned };
}

/** Version 1 lists need not count files; version 2 must, and readers pass over manifests that seem to hold none. */
async function withCounts(
  manifest: ManifestFile,
  { metadata }: Table,
  { io }: ManifestContext,
): Promise<ManifestFile> {
  const { addedFilesCount, existingFilesCount, deletedFilesCount } = manifest;
  if (addedFilesCount + existingFilesCount + deletedFilesCount > 0) return manifest;
  const entries = await readManifest(io, metadata, manifest);
  const of = (status: EntryStatus) => entries.filter((entry) => entry.status === status);
  const rows = (status: EntryStatus): bigint =>
    of(status).reduce((total, entry) => total + entry.file.recordCount, 0n);
  return {
    ...manifest,
    addedFilesCount: of('added').length,
    existingFilesCount: of('existing').length,
    deletedFilesCount: of('deleted').length,
    addedRowsCount: rows('added'),
    existingRowsCount: rows('existing'),
    deletedRowsCount: rows('deleted'),
  };
}
