import { throwIfAborted } from '../error.js';
import type { DataFile, EntryStatus, FileContent, ManifestEntry } from '../manifest/data-file.js';
import type { ManifestFile } from '../manifest/manifest-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import { readManifest, readManifestList } from '../scan/manifest-reader.js';
import { schemaById } from '../scan/select-snapshot.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { TableIo } from '../table/table-io.js';
import type { MapType, NestedField, PrimitiveType } from '../type/iceberg-type.js';
import type { AnyValue } from '../type/value.js';
import { type MetadataRows, optional, required } from './metadata-rows.js';
import { PartitionStruct } from './partition-struct.js';
import { ReadableMetrics } from './readable-metrics.js';

/** A snapshot whose manifests are to be read; `null` for that of an empty table. */
export interface SnapshotSource {
  readonly io: TableIo;
  readonly metadata: TableMetadata;
  readonly snapshot: Snapshot | null;
  readonly signal?: AbortSignal | undefined;
}

const CONTENT: Record<FileContent, number> = { data: 0, 'position-deletes': 1, 'equality-deletes': 2 };
const STATUS: Record<EntryStatus, number> = { existing: 0, added: 1, deleted: 2 };
/** Above the ids of `data_file`'s fields, below those of partition fields, which begin at 1000. */
const FIRST_METRIC_ID = 1_000_000;

/** Live files of a snapshot. */
export function filesTable(source: SnapshotSource, contents: 'all' | 'data' | 'deletes'): MetadataRows {
  const file = new FileStruct(source.metadata);
  const metrics = new ReadableMetrics(
    schemaById(source.metadata, source.metadata.currentSchemaId),
    FIRST_METRIC_ID,
  );
  return {
    fields: [...file.fields, metrics.field],
    async *rows() {
      const manifests = await readManifestList(source.io, source.snapshot);
      const wanted = manifests.filter((manifest) => contents === 'all' || manifest.content === contents);
      for await (const entry of entriesOf(source, wanted)) {
        if (entry.status !== 'deleted') yield [...file.valuesOf(entry.file), metrics.valuesOf(entry.file)];
      }
    },
  };
}

/** Everything the manifests of a snapshot list, files that it or an earlier one removed included. */
export function entriesTable(source: SnapshotSource): MetadataRows {
  const file = new FileStruct(source.metadata);
  const metrics = new ReadableMetrics(
    schemaById(source.metadata, source.metadata.currentSchemaId),
    FIRST_METRIC_ID,
  );
  return {
    fields: [
      required(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      required(2, 'data_file', { type: 'struct', fields: file.fields }),
      metrics.field,
    ],
    async *rows() {
      for await (const entry of entriesOf(source, await readManifestList(source.io, source.snapshot))) {
        yield [
          STATUS[entry.status],
          entry.snapshotId,
          entry.dataSequenceNumber,
          entry.fileSequenceNumber,
          file.valuesOf(entry.file),
          metrics.valuesOf(entry.file),
        ];
      }
    },
  };
}

/** Entries of manifests, one manifest in memory at a time. */
export async function* entriesOf(
  source: SnapshotSource,
  manifests: readonly ManifestFile[],
): AsyncGenerator<ManifestEntry> {
  for (const manifest of manifests) {
    throwIfAborted(source.signal);
    yield* await readManifest(source.io, source.metadata, manifest);
  }
}

/** A data or delete file as a row (spec, "Manifests", `data_file`). */
class FileStruct {
  readonly fields: readonly NestedField[];
  readonly #partition: PartitionStruct;

  constructor(metadata: TableMetadata) {
    this.#partition = new PartitionStruct(metadata);
    this.fields = [
      optional(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(101, 'file_format', 'string'),
      optional(141, 'spec_id', 'int'),
      // A struct without fields is more than many readers of Arrow can take.
      ...(this.#partition.isEmpty ? [] : [required(102, 'partition', this.#partition.type)]),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      optional(108, 'column_sizes', mapOf(117, 118, 'long')),
      optional(109, 'value_counts', mapOf(119, 120, 'long')),
      optional(110, 'null_value_counts', mapOf(121, 122, 'long')),
      optional(137, 'nan_value_counts', mapOf(138, 139, 'long')),
      optional(125, 'lower_bounds', mapOf(126, 127, 'binary')),
      optional(128, 'upper_bounds', mapOf(129, 130, 'binary')),
      optional(131, 'key_metadata', 'binary'),
      optional(132, 'split_offsets', {
        type: 'list',
        elementId: 133,
        element: 'long',
        elementRequired: true,
      }),
      optional(135, 'equality_ids', { type: 'list', elementId: 136, element: 'int', elementRequired: true }),
      optional(140, 'sort_order_id', 'int'),
      optional(142, 'first_row_id', 'long'),
      optional(143, 'referenced_data_file', 'string'),
      optional(144, 'content_offset', 'long'),
      optional(145, 'content_size_in_bytes', 'long'),
    ];
  }

  valuesOf(file: DataFile): AnyValue[] {
    return [
      CONTENT[file.content],
      file.filePath,
      file.fileFormat,
      file.specId,
      ...(this.#partition.isEmpty ? [] : [this.#partition.valuesOf(file)]),
      file.recordCount,
      file.fileSizeInBytes,
      pairs(file.columnSizes),
      pairs(file.valueCounts),
      pairs(file.nullValueCounts),
      pairs(file.nanValueCounts),
      pairs(file.lowerBounds),
      pairs(file.upperBounds),
      file.keyMetadata ?? null,
      file.splitOffsets ?? null,
      file.equalityIds ?? null,
      file.sortOrderId ?? null,
      file.firstRowId ?? null,
      file.referencedDataFile ?? null,
      file.contentOffset ?? null,
      file.contentSizeInBytes ?? null,
    ];
  }
}

function mapOf(keyId: number, valueId: number, value: PrimitiveType): MapType {
  return { type: 'map', keyId, key: 'int', valueId, value, valueRequired: true };
}

function pairs(map: ReadonlyMap<number, bigint | Uint8Array> | undefined): AnyValue {
  return map === undefined ? null : [...map];
}
