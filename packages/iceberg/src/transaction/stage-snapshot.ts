import type { DataFile, EntryStatus } from '../manifest/data-file.js';
import type { ManifestFile, PreparedManifest } from '../manifest/manifest-file.js';
import { encodeManifestList } from '../manifest/manifest-list-codec.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { operationOf, summarizeChanges } from '../snapshot/snapshot-summary.js';
import type { Table } from '../table/table.js';
import { type MergeCache, mergeManifests } from './merge-manifests.js';
import type { ManifestContext } from './prepare-manifests.js';

/** What one attempt stages. */
export interface SnapshotToStage {
  fresh: Table;
  snapshotId: bigint;
  attempt: number;
  schemaId: number;
  manifests: readonly PreparedManifest[];
  dataFiles: readonly DataFile[];
  deleteFiles: readonly DataFile[];
  summary: Readonly<Record<string, string>>;
  context: ManifestContext;
  mergeCache: MergeCache;
}

/** Writes the manifest list of one attempt on top of the newest snapshot and describes the new one. */
export async function stageSnapshot(stage: SnapshotToStage): Promise<Snapshot> {
  const { fresh, snapshotId, context } = stage;
  const parent = fresh.currentSnapshot();
  const sequenceNumber = fresh.metadata.lastSequenceNumber + 1n;
  const listed = await readManifestList(context.io, parent);
  const counted = await Promise.all(listed.map((manifest) => withCounts(manifest, fresh, context)));
  const present = counted.filter((manifest) => manifest.addedFilesCount + manifest.existingFilesCount > 0);
  const { kept, merged } = await mergeManifests(
    present,
    { ...context, metadata: fresh.metadata },
    stage.mergeCache,
  );
  const complete = (manifest: PreparedManifest): ManifestFile => ({
    ...manifest,
    sequenceNumber,
    minSequenceNumber: manifest.minSequenceNumber ?? sequenceNumber,
    addedSnapshotId: snapshotId,
  });
  const manifests = [...stage.manifests.map(complete), ...merged.map(complete), ...kept];
  const parentSnapshotId = parent?.snapshotId ?? null;
  const bytes = encodeManifestList(manifests, {
    snapshotId,
    parentSnapshotId,
    sequenceNumber,
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
    operation: operationOf(stage.dataFiles, stage.deleteFiles),
    summary: { ...stage.summary, ...summarizeChanges(stage.dataFiles, stage.deleteFiles, parent) },
    manifestList,
    schemaId: stage.schemaId,
  };
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
