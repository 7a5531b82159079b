import { type AvroSchema, decodingFile, readAvro, writeAvro } from '../avro/avro-container.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { printSpecFields } from '../partition/partition-spec-codec.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import type { Schema } from '../schema/schema.js';
import { printSchema } from '../schema/schema-codec.js';
import type { PrimitiveKind } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import { daysToTimestamp } from '../type/single-value.js';
import type { Value } from '../type/value.js';
import { bigintFromBytes, bigintToFixedBytes } from '../util/bytes.js';
import { printExactJson } from '../util/exact-json.js';
import type { DataFile, EntryStatus, FileContent, ManifestEntry } from './data-file.js';
import type { ManifestFile } from './manifest-file.js';
import { decimalBytes, manifestEntrySchema } from './manifest-schema.js';

const STATUS: readonly EntryStatus[] = ['existing', 'added', 'deleted'];
const CONTENT: readonly FileContent[] = ['data', 'position-deletes', 'equality-deletes'];

/** An entry to write; ids left out are written as null and inherited from the manifest list. */
export interface EntryToWrite {
  status: EntryStatus;
  snapshotId?: bigint;
  dataSequenceNumber?: bigint;
  fileSequenceNumber?: bigint;
  file: DataFile;
}

type MapEntries<Item> = readonly { key: number; value: Item }[] | null;

interface AvroDataFile {
  content?: number;
  file_path: string;
  file_format: string;
  partition: Record<string, unknown>;
  record_count: bigint;
  file_size_in_bytes: bigint;
  column_sizes?: MapEntries<bigint>;
  value_counts?: MapEntries<bigint>;
  null_value_counts?: MapEntries<bigint>;
  nan_value_counts?: MapEntries<bigint>;
  lower_bounds?: MapEntries<Buffer>;
  upper_bounds?: MapEntries<Buffer>;
  key_metadata?: Buffer | null;
  split_offsets?: bigint[] | null;
  equality_ids?: number[] | null;
  sort_order_id?: number | null;
  referenced_data_file?: string | null;
  content_offset?: bigint | null;
  content_size_in_bytes?: bigint | null;
  first_row_id?: bigint | null;
}

interface AvroEntry {
  status: number;
  snapshot_id?: bigint | null;
  sequence_number?: bigint | null;
  file_sequence_number?: bigint | null;
  data_file: AvroDataFile;
}

/** Encodes a manifest (versions 2 and 3). */
export function encodeManifest(
  entries: readonly EntryToWrite[],
  options: {
    formatVersion: number;
    schema: Schema;
    spec: PartitionSpec;
    partition: readonly ResolvedPartitionField[];
    content: 'data' | 'deletes';
    sync: Uint8Array;
  },
): Uint8Array {
  const schema = manifestEntrySchema(options.partition, options.formatVersion);
  const names = partitionNames(schema);
  const records = entries.map(
    (entry): AvroEntry => ({
      status: STATUS.indexOf(entry.status),
      snapshot_id: entry.snapshotId ?? null,
      sequence_number: entry.dataSequenceNumber ?? null,
      file_sequence_number: entry.fileSequenceNumber ?? null,
      data_file: fileToAvro(entry.file, options.partition, names),
    }),
  );
  return writeAvro(schema, records, {
    sync: options.sync,
    metadata: {
      schema: printExactJson(printSchema(options.schema)),
      'schema-id': String(options.schema.schemaId),
      'partition-spec': printExactJson(printSpecFields(options.spec)),
      'partition-spec-id': String(options.spec.specId),
      'format-version': String(options.formatVersion),
      content: options.content,
    },
  });
}

/** Decodes a manifest and lets entries inherit from its list entry. `CORRUPT_FILE` names the path. */
export function decodeManifest(
  bytes: Uint8Array,
  manifest: ManifestFile,
  partition: readonly ResolvedPartitionField[],
): ManifestEntry[] {
  const file = readAvro(bytes, manifest.path);
  return decodingFile(manifest.path, () => {
    const decode = entryDecoder(file.schema, manifest, partition);
    return withRowIds(file.records.map(decode), manifest);
  });
}

/** Makes entries of the records of a manifest that has an Avro schema; row ids are inherited elsewhere. */
export function entryDecoder(
  schema: AvroSchema,
  manifest: ManifestFile,
  partition: readonly ResolvedPartitionField[],
): (record: unknown) => ManifestEntry {
  const names = partitionNames(schema);
  return (record) => entryFromAvro(record as AvroEntry, manifest, partition, names);
}

/** Decodes the partition values of entries of a manifest that has an Avro schema. */
export function partitionDecoder(
  schema: AvroSchema,
  partition: readonly ResolvedPartitionField[],
): (record: unknown) => (Value | null)[] {
  const names = partition.map((field) => partitionNames(schema).get(field.fieldId) ?? '');
  return (record) =>
    partition.map((field, index) =>
      partitionFromAvro(field, (record as Record<string, unknown>)[names[index]!]),
    );
}

/** Data files without row ids of their own take the manifest's, one file after the other (spec, "First Row ID Inheritance"). */
function withRowIds(entries: ManifestEntry[], { firstRowId }: ManifestFile): ManifestEntry[] {
  if (firstRowId === undefined) return entries;
  let next = firstRowId;
  return entries.map((entry) => {
    if (entry.status === 'deleted' || entry.file.firstRowId !== undefined) return entry;
    const file = { ...entry.file, firstRowId: next };
    next += entry.file.recordCount;
    return { ...entry, file };
  });
}

function entryFromAvro(
  entry: AvroEntry,
  manifest: ManifestFile,
  partition: readonly ResolvedPartitionField[],
  names: ReadonlyMap<number, string>,
): ManifestEntry {
  const status = STATUS[entry.status];
  if (status === undefined) throw new Error(`the status ${entry.status} is not known`);
  // Only added files inherit; version 1 has no sequence numbers, which counts as 0.
  const inherited = status === 'added' ? manifest.sequenceNumber : 0n;
  return {
    status,
    snapshotId: entry.snapshot_id ?? manifest.addedSnapshotId,
    dataSequenceNumber: entry.sequence_number ?? inherited,
    fileSequenceNumber: entry.file_sequence_number ?? inherited,
    file: fileFromAvro(entry.data_file, manifest.specId, partition, names),
  };
}

/** Names of the partition record's fields by field id: only the id says which partition field a value belongs to. */
function partitionNames(schema: AvroSchema): Map<number, string> {
  interface Shape {
    fields: { name: string; type: Shape; 'field-id'?: number }[];
  }
  const dataFile = (schema as Shape).fields.find((field) => field.name === 'data_file');
  const partition = dataFile?.type.fields.find((field) => field.name === 'partition');
  return new Map((partition?.type.fields ?? []).map((field) => [field['field-id'] ?? -1, field.name]));
}

function fileToAvro(
  file: DataFile,
  partition: readonly ResolvedPartitionField[],
  names: ReadonlyMap<number, string>,
): AvroDataFile {
  const values: Record<string, unknown> = {};
  for (const [index, field] of partition.entries()) {
    values[names.get(field.fieldId)!] = partitionToAvro(field, file.partition[index] ?? null);
  }
  return {
    content: CONTENT.indexOf(file.content),
    file_path: file.filePath,
    file_format: file.fileFormat,
    partition: values,
    record_count: file.recordCount,
    file_size_in_bytes: file.fileSizeInBytes,
    column_sizes: mapToAvro(file.columnSizes, (value) => value),
    value_counts: mapToAvro(file.valueCounts, (value) => value),
    null_value_counts: mapToAvro(file.nullValueCounts, (value) => value),
    nan_value_counts: mapToAvro(file.nanValueCounts, (value) => value),
    lower_bounds: mapToAvro(file.lowerBounds, (value) => Buffer.from(value)),
    upper_bounds: mapToAvro(file.upperBounds, (value) => Buffer.from(value)),
    key_metadata: file.keyMetadata === undefined ? null : Buffer.from(file.keyMetadata),
    split_offsets: file.splitOffsets === undefined ? null : [...file.splitOffsets],
    equality_ids: file.equalityIds === undefined ? null : [...file.equalityIds],
    sort_order_id: file.sortOrderId ?? null,
    referenced_data_file: file.referencedDataFile ?? null,
    content_offset: file.contentOffset ?? null,
    content_size_in_bytes: file.contentSizeInBytes ?? null,
    first_row_id: file.firstRowId ?? null,
  };
}

function fileFromAvro(
  file: AvroDataFile,
  specId: number,
  partition: readonly ResolvedPartitionField[],
  names: ReadonlyMap<number, string>,
): DataFile {
  const content = CONTENT[file.content ?? 0];
  if (content === undefined) throw new Error(`the content ${file.content} is not known`);
  if (typeof file.file_path !== 'string') throw new Error('a file has no path');
  if (typeof file.record_count !== 'bigint' || file.record_count < 0n)
    throw new Error(`${file.file_path} has no record count`);
  if (typeof file.file_size_in_bytes !== 'bigint' || file.file_size_in_bytes < 0n)
    throw new Error(`${file.file_path} has no size`);
  return {
    content,
    filePath: file.file_path,
    fileFormat: file.file_format.toUpperCase(),
    specId,
    partition: partition.map((field) =>
      partitionFromAvro(field, file.partition[names.get(field.fieldId) ?? '']),
    ),
    recordCount: file.record_count,
    fileSizeInBytes: file.file_size_in_bytes,
    ...(file.column_sizes ? { columnSizes: mapFromAvro(file.column_sizes) } : {}),
    ...(file.value_counts ? { valueCounts: mapFromAvro(file.value_counts) } : {}),
    ...(file.null_value_counts ? { nullValueCounts: mapFromAvro(file.null_value_counts) } : {}),
    ...(file.nan_value_counts ? { nanValueCounts: mapFromAvro(file.nan_value_counts) } : {}),
    ...(file.lower_bounds ? { lowerBounds: mapFromAvro(file.lower_bounds) } : {}),
    ...(file.upper_bounds ? { upperBounds: mapFromAvro(file.upper_bounds) } : {}),
    ...(file.key_metadata ? { keyMetadata: file.key_metadata } : {}),
    ...(file.split_offsets ? { splitOffsets: file.split_offsets } : {}),
    ...(file.equality_ids ? { equalityIds: file.equality_ids } : {}),
    ...(typeof file.sort_order_id === 'number' ? { sortOrderId: file.sort_order_id } : {}),
    ...(file.referenced_data_file ? { referencedDataFile: file.referenced_data_file } : {}),
    ...(typeof file.content_offset === 'bigint' ? { contentOffset: file.content_offset } : {}),
    ...(typeof file.content_size_in_bytes === 'bigint'
      ? { contentSizeInBytes: file.content_size_in_bytes }
      : {}),
    ...(typeof file.first_row_id === 'bigint' ? { firstRowId: file.first_row_id } : {}),
  };
}

function mapToAvro<Item, Out>(
  map: ReadonlyMap<number, Item> | undefined,
  convert: (value: Item) => Out,
): MapEntries<Out> {
  return map === undefined ? null : Array.from(map, ([key, value]) => ({ key, value: convert(value) }));
}

function mapFromAvro<Item>(entries: readonly { key: number; value: Item }[]): Map<number, Item> {
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function partitionToAvro(field: ResolvedPartitionField, value: Value | null): unknown {
  if (value === null) return null;
  const kind = primitiveKind(field.resultType);
  if (kind.kind === 'decimal')
    return Buffer.from(bigintToFixedBytes(value as bigint, decimalBytes(kind.precision)));
  return value instanceof Uint8Array ? Buffer.from(value) : widened(value, kind.kind);
}

function partitionFromAvro(field: ResolvedPartitionField, value: unknown): Value | null {
  if (value === null || value === undefined) return null;
  const { kind } = primitiveKind(field.resultType);
  if (kind === 'decimal' && value instanceof Uint8Array) return bigintFromBytes(value);
  return widened(value as Value, kind);
}

/** A value from before its column was widened: from int to long, or from date, in days, to a timestamp. */
function widened(value: Value, kind: PrimitiveKind['kind']): Value {
  if (typeof value !== 'number') return value;
  if (kind === 'long') return BigInt(value);
  return kind.startsWith('timestamp') ? daysToTimestamp(value, kind) : value;
}
