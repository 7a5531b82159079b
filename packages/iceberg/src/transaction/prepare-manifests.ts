import type { CatalogRuntime } from '../catalog/catalog-runtime.js';
import type { DataFile } from '../manifest/data-file.js';
import { type EntryToWrite, encodeManifest } from '../manifest/manifest-codec.js';
import type { PreparedManifest } from '../manifest/manifest-file.js';
import { summarizePartitions } from '../manifest/partition-summary.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { partitionFieldsOf, specOf } from '../scan/manifest-reader.js';
import type { Schema } from '../schema/schema.js';
import type { TableIo } from '../table/table-io.js';
import type { FileLedger } from './file-ledger.js';

const ENTRIES_PER_MANIFEST = 5000;

/** What writing manifests needs. */
export interface ManifestContext {
  io: TableIo;
  ledger: FileLedger;
  metadata: TableMetadata;
  /** Of the table once the commit is made. */
  formatVersion: number;
  runtime: CatalogRuntime;
  schema: Schema;
}

/**
 * The manifests of new files, written once per commit: snapshot id and sequence number are left null and inherited
 * from the manifest list, which alone is written anew by every attempt (spec, "Sequence Number Inheritance"). Rows that
 * are only written anew keep an older `dataSequenceNumber`, so that later deletes still apply to them.
 */
export async function prepareManifests(
  files: readonly DataFile[],
  context: ManifestContext,
  dataSequenceNumber: bigint | null = null,
): Promise<PreparedManifest[]> {
  const groups = new Map<string, DataFile[]>();
  for (const file of files) {
    const key = `${file.specId}:${file.content === 'data' ? 'data' : 'deletes'}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  const manifests: PreparedManifest[] = [];
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += ENTRIES_PER_MANIFEST) {
      const entries = group.slice(start, start + ENTRIES_PER_MANIFEST).map(
        (file): EntryToWrite => ({
          status: 'added',
          file,
          ...(dataSequenceNumber === null || file.content !== 'data' ? {} : { dataSequenceNumber }),
        }),
      );
      manifests.push(await writeManifest(entries, context));
    }
  }
  return manifests;
}

/** Writes one manifest of entries that have one spec and one kind of content. There must be one entry at least. */
export async function writeManifest(
  entries: readonly EntryToWrite[],
  context: ManifestContext,
): Promise<PreparedManifest> {
  const { io, ledger, metadata, formatVersion, runtime, schema } = context;
  const files = entries.map((entry) => entry.file);
  const specId = files[0]!.specId;
  const content = files[0]!.content === 'data' ? 'data' : 'deletes';
  const partition = partitionFieldsOf(metadata, specId);
  const bytes = encodeManifest(entries, {
    formatVersion,
    schema,
    spec: specOf(metadata, specId),
    partition,
    content,
    sync: runtime.randomBytes(16),
  });
  const path = io.pathFor(`metadata/${ledger.uniqueName()}-m.avro`);
  await ledger.write(path, bytes);
  const [added, existing, deleted] = (['added', 'existing', 'deleted'] as const).map((status) =>
    entries.filter((entry) => entry.status === status),
  ) as [EntryToWrite[], EntryToWrite[], EntryToWrite[]];
  const sequenceNumbers = [...added, ...existing].flatMap((entry) => entry.dataSequenceNumber ?? []);
  return {
    path,
    length: BigInt(bytes.length),
    specId,
    content,
    addedFilesCount: added.length,
    existingFilesCount: existing.length,
    deletedFilesCount: deleted.length,
    addedRowsCount: rows(added),
    existingRowsCount: rows(existing),
    deletedRowsCount: rows(deleted),
    partitions: summarizePartitions(files, partition),
    ...(sequenceNumbers.length === 0 ? {} : { minSequenceNumber: least(sequenceNumbers) }),
  };
}

function rows(entries: readonly EntryToWrite[]): bigint {
  return entries.reduce((total, entry) => total + entry.file.recordCount, 0n);
}

function least(numbers: readonly bigint[]): bigint {
  return numbers.reduce((found, number) => {
    if (number < found) return number;
    return found;
  });
}
