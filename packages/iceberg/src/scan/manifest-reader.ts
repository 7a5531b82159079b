import { IcebergError } from '../error.js';
import type { ManifestEntry } from '../manifest/data-file.js';
import { decodeManifest } from '../manifest/manifest-codec.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import { decodeManifestList } from '../manifest/manifest-list-codec.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { type ResolvedPartitionField, resolvePartitionFields } from '../partition/partition-type.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';

/** Manifests of a snapshot; none for no snapshot. */
export async function readManifestList(io: TableIo, snapshot: Snapshot | null): Promise<ManifestFile[]> {
  if (snapshot === null) return [];
  if (snapshot.manifestList === '') {
    throw new IcebergError(
      `Snapshot ${snapshot.snapshotId} lists its manifests in the metadata file (format version 1); that cannot be read.`,
      {
        code: 'UNSUPPORTED_FEATURE',
        context: { snapshotId: snapshot.snapshotId },
      },
    );
  }
  return decodeManifestList(await io.read(snapshot.manifestList), snapshot.manifestList);
}

/** Entries of a manifest, deleted ones included. */
export async function readManifest(
  io: TableIo,
  metadata: TableMetadata,
  manifest: ManifestFile,
): Promise<readonly ManifestEntry[]> {
  const key = `${io.root}\0${manifest.path}\0${manifest.sequenceNumber}`;
  const cached = io.caches.manifests.get(key);
  if (cached !== undefined) return cached;
  const entries = decodeManifest(
    await io.read(manifest.path),
    manifest,
    partitionFieldsOf(metadata, manifest.specId),
  );
  io.caches.manifests.set(key, entries, Number(manifest.length));
  return entries;
}

/** A partition spec by id. Throws `INVALID_METADATA`. */
export function specOf(metadata: TableMetadata, specId: number): PartitionSpec {
  const spec = metadata.partitionSpecs.find((candidate) => candidate.specId === specId);
  if (spec !== undefined) return spec;
  throw new IcebergError(
    `A manifest names partition spec ${specId}, which the table metadata does not have.`,
    {
      code: 'INVALID_METADATA',
      context: { specId },
    },
  );
}

/** Fields of a partition spec, resolved against the newest schema that has their source column. */
export function partitionFieldsOf(metadata: TableMetadata, specId: number): ResolvedPartitionField[] {
  const current = metadata.schemas.filter((schema) => schema.schemaId === metadata.currentSchemaId);
  return resolvePartitionFields(specOf(metadata, specId), [...current, ...metadata.schemas.toReversed()]);
}
