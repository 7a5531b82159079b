import { readAvro } from '../avro/avro-container.js';
import { IcebergError } from '../error.js';
import { entriesWeight, type ManifestEntry } from '../manifest/data-file.js';
import { decodeManifest } from '../manifest/manifest-codec.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import { decodeManifestList } from '../manifest/manifest-list-codec.js';
import { type EntrySelection, selectEntries } from '../manifest/manifest-selector.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { type ResolvedPartitionField, resolvePartitionFields } from '../partition/partition-type.js';
import type { Schema } from '../schema/schema.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';

/** Manifests of a snapshot; none for no snapshot. Throws `UNSUPPORTED_FEATURE` where they are encrypted. */
export async function readManifestList(io: TableIo, snapshot: Snapshot | null): Promise<ManifestFile[]> {
  if (snapshot === null) return [];
  if (snapshot.manifestList === '') return inlineManifests(io, snapshot);
  if (snapshot.keyId !== undefined) throw encrypted('manifest list', snapshot.manifestList);
  const manifests = decodeManifestList(await io.read(snapshot.manifestList), snapshot.manifestList);
  const locked = manifests.find((manifest) => manifest.keyMetadata !== undefined);
  if (locked !== undefined) throw encrypted('manifest', locked.path);
  return manifests;
}

function encrypted(kind: string, file: string): IcebergError {
  return new IcebergError(
    `The ${kind} ${file} is encrypted, which cannot be read; use an engine that has the table's keys.`,
    { code: 'UNSUPPORTED_FEATURE', context: { feature: 'encryption', file } },
  );
}

/** Version 1 allowed the metadata to list a snapshot's manifests in place; the rest stands in the manifests' headers. */
async function inlineManifests(io: TableIo, snapshot: Snapshot): Promise<ManifestFile[]> {
  const paths = snapshot.extra?.['manifests'];
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw new IcebergError(`Snapshot ${snapshot.snapshotId} names neither a manifest list nor manifests.`, {
      code: 'INVALID_METADATA',
      context: { snapshotId: snapshot.snapshotId },
    });
  }
  const manifests: ManifestFile[] = [];
  for (const path of paths) {
    const bytes = await io.read(path);
    const specId = Number(readAvro(bytes, path).metadata.get('partition-spec-id') ?? 0);
    manifests.push({
      path,
      length: BigInt(bytes.length),
      specId,
      content: 'data',
      sequenceNumber: 0n,
      minSequenceNumber: 0n,
      addedSnapshotId: snapshot.snapshotId,
      addedFilesCount: 0,
      existingFilesCount: 0,
      deletedFilesCount: 0,
      addedRowsCount: 0n,
      existingRowsCount: 0n,
      deletedRowsCount: 0n,
    });
  }
  return manifests;
}

/** Entries of a manifest, deleted ones included. */
export async function readManifest(
  io: TableIo,
  metadata: TableMetadata,
  manifest: ManifestFile,
): Promise<readonly ManifestEntry[]> {
  const key = cacheKey(io, metadata, manifest);
  return io.caches.manifests.get(key) ?? decodeAndKeep(io, metadata, manifest, await io.read(manifest.path));
}

/**
 * Live entries of a manifest that a selection wants. A manifest that is not in memory yet is decoded only so far as to
 * judge its entries; its bytes are kept, not its entries, which may take a hundred times as much memory.
 */
export async function readMatchingEntries(
  io: TableIo,
  metadata: TableMetadata,
  manifest: ManifestFile,
  selection: EntrySelection,
): Promise<ManifestEntry[]> {
  const wanted = (entry: ManifestEntry): boolean =>
    entry.status !== 'deleted' && selection.partitionMatches(entry.file) && selection.matches(entry.file);
  const cached = io.caches.manifests.get(cacheKey(io, metadata, manifest));
  if (cached !== undefined) return cached.filter(wanted);
  const bytes = await readBytes(io, manifest);
  const fields = partitionFieldsOf(metadata, manifest.specId);
  const selected = await selectEntries(bytes, manifest, fields, selection);
  return selected ?? decodeAndKeep(io, metadata, manifest, bytes).filter(wanted);
}

async function readBytes(io: TableIo, { path }: ManifestFile): Promise<Uint8Array> {
  const key = `${io.root}\0${path}`;
  const cached = io.caches.manifestBytes.get(key);
  if (cached !== undefined) return cached;
  const bytes = await io.read(path);
  io.caches.manifestBytes.set(key, bytes, bytes.length);
  return bytes;
}

/**
 * Decoded entries hold partition values of the types that the source columns have now, for a column may have been
 * widened, and the row ids of their manifest, which a table of version 2 gets when it is upgraded.
 */
function cacheKey(io: TableIo, metadata: TableMetadata, manifest: ManifestFile): string {
  const types = partitionFieldsOf(metadata, manifest.specId).map((field) => field.resultType);
  const inherited = `${manifest.sequenceNumber}\0${manifest.firstRowId ?? ''}`;
  return `${io.root}\0${manifest.path}\0${inherited}\0${types.join()}`;
}

function decodeAndKeep(
  io: TableIo,
  metadata: TableMetadata,
  manifest: ManifestFile,
  bytes: Uint8Array,
): readonly ManifestEntry[] {
  const entries = decodeManifest(bytes, manifest, partitionFieldsOf(metadata, manifest.specId));
  io.caches.manifests.set(cacheKey(io, metadata, manifest), entries, entriesWeight(entries));
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
  return resolvePartitionFields(specOf(metadata, specId), newestSchemas(metadata));
}

/** All schemas of a table, the current one first: a column that it does not have may still be asked for. */
export function newestSchemas({ schemas, currentSchemaId }: TableMetadata): Schema[] {
  const current = schemas.filter((schema) => schema.schemaId === currentSchemaId);
  return [...current, ...schemas.toReversed()];
}
