import { decodingFile, readAvro, writeAvro } from '../avro/avro-container.js';
import type { ManifestFile, PartitionFieldSummary } from './manifest-file.js';
import { manifestListSchema } from './manifest-schema.js';

interface AvroSummary {
  contains_null: boolean;
  contains_nan?: boolean | null;
  lower_bound?: Buffer | null;
  upper_bound?: Buffer | null;
}

/** The count fields have two names in the wild: the shorter is of later versions of the reference implementation. */
interface AvroManifestFile {
  manifest_path: string;
  manifest_length: bigint;
  partition_spec_id: number;
  content?: number;
  sequence_number?: bigint;
  min_sequence_number?: bigint;
  added_snapshot_id: bigint | null;
  added_files_count?: number | null;
  added_data_files_count?: number | null;
  existing_files_count?: number | null;
  existing_data_files_count?: number | null;
  deleted_files_count?: number | null;
  deleted_data_files_count?: number | null;
  added_rows_count?: bigint | null;
  existing_rows_count?: bigint | null;
  deleted_rows_count?: bigint | null;
  partitions?: AvroSummary[] | null;
  key_metadata?: Buffer | null;
  first_row_id?: bigint | null;
}

/** Encodes the manifest list of a snapshot (versions 2 and 3). */
export function encodeManifestList(
  manifests: readonly ManifestFile[],
  options: {
    formatVersion: number;
    snapshotId: bigint;
    parentSnapshotId: bigint | null;
    sequenceNumber: bigint;
    /** The table's `next-row-id` before this snapshot (version 3). */
    firstRowId?: bigint;
    sync: Uint8Array;
  },
): Uint8Array {
  const records = manifests.map(
    (manifest): AvroManifestFile => ({
      manifest_path: manifest.path,
      manifest_length: manifest.length,
      partition_spec_id: manifest.specId,
      content: manifest.content === 'data' ? 0 : 1,
      sequence_number: manifest.sequenceNumber,
      min_sequence_number: manifest.minSequenceNumber,
      added_snapshot_id: manifest.addedSnapshotId,
      added_files_count: manifest.addedFilesCount,
      existing_files_count: manifest.existingFilesCount,
      deleted_files_count: manifest.deletedFilesCount,
      added_rows_count: manifest.addedRowsCount,
      existing_rows_count: manifest.existingRowsCount,
      deleted_rows_count: manifest.deletedRowsCount,
      partitions: manifest.partitions?.map(summaryToAvro) ?? null,
      key_metadata: manifest.keyMetadata === undefined ? null : Buffer.from(manifest.keyMetadata),
      first_row_id: manifest.firstRowId ?? null,
    }),
  );
  return writeAvro(manifestListSchema(options.formatVersion), records, {
    sync: options.sync,
    metadata: {
      'snapshot-id': String(options.snapshotId),
      'parent-snapshot-id': String(options.parentSnapshotId),
      'sequence-number': String(options.sequenceNumber),
      ...(options.firstRowId === undefined ? {} : { 'first-row-id': String(options.firstRowId) }),
      'format-version': String(options.formatVersion),
    },
  });
}

/** Decodes a manifest list. Throws `CORRUPT_FILE`, naming `source`. */
export function decodeManifestList(bytes: Uint8Array, source: string): ManifestFile[] {
  const { records } = readAvro(bytes, source);
  return decodingFile(source, () => records.map((record) => manifestFromAvro(record as AvroManifestFile)));
}

function manifestFromAvro(record: AvroManifestFile): ManifestFile {
  if (typeof record.manifest_path !== 'string') throw new Error('a manifest has no path');
  return {
    path: record.manifest_path,
    length: record.manifest_length,
    specId: record.partition_spec_id,
    content: record.content === 1 ? 'deletes' : 'data',
    sequenceNumber: record.sequence_number ?? 0n,
    minSequenceNumber: record.min_sequence_number ?? 0n,
    addedSnapshotId: record.added_snapshot_id ?? 0n,
    addedFilesCount: record.added_files_count ?? record.added_data_files_count ?? 0,
    existingFilesCount: record.existing_files_count ?? record.existing_data_files_count ?? 0,
    deletedFilesCount: record.deleted_files_count ?? record.deleted_data_files_count ?? 0,
    addedRowsCount: record.added_rows_count ?? 0n,
    existingRowsCount: record.existing_rows_count ?? 0n,
    deletedRowsCount: record.deleted_rows_count ?? 0n,
    ...(record.partitions ? { partitions: record.partitions.map(summaryFromAvro) } : {}),
    ...(record.key_metadata?.length ? { keyMetadata: record.key_metadata } : {}),
    ...(typeof record.first_row_id === 'bigint' ? { firstRowId: record.first_row_id } : {}),
  };
}

function summaryToAvro(summary: PartitionFieldSummary): AvroSummary {
  return {
    contains_null: summary.containsNull,
    contains_nan: summary.containsNan ?? null,
    lower_bound: summary.lowerBound === undefined ? null : Buffer.from(summary.lowerBound),
    upper_bound: summary.upperBound === undefined ? null : Buffer.from(summary.upperBound),
  };
}

function summaryFromAvro(summary: AvroSummary): PartitionFieldSummary {
  return {
    containsNull: summary.contains_null,
    ...(typeof summary.contains_nan === 'boolean' ? { containsNan: summary.contains_nan } : {}),
    ...(summary.lower_bound ? { lowerBound: summary.lower_bound } : {}),
    ...(summary.upper_bound ? { upperBound: summary.upper_bound } : {}),
  };
}
