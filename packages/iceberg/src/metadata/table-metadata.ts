import type { PartitionSpec } from '../partition/partition-spec.js';
import type { Schema } from '../schema/schema.js';
import type { Snapshot, SnapshotRef } from '../snapshot/snapshot.js';
import type { SortOrder } from '../sort-order/sort-order.js';
import type { UnknownKeys } from '../type/iceberg-type.js';

export interface SnapshotLogEntry {
  readonly snapshotId: bigint;
  readonly timestampMs: number;
}

export interface MetadataLogEntry {
  readonly metadataFile: string;
  readonly timestampMs: number;
}

/** A file of table or partition statistics (spec, "Table Statistics", "Partition Statistics"). */
export interface StatisticsFile {
  readonly snapshotId: bigint;
  readonly statisticsPath: string;
  readonly fileSizeInBytes: bigint;
  /** Everything else the metadata says of it, kept as read. */
  readonly extra?: UnknownKeys;
}

/** Table metadata (spec, "Table Metadata Fields"), in camelCase, 64-bit ids as `bigint`, immutable. */
export interface TableMetadata {
  readonly formatVersion: number;
  readonly tableUuid: string;
  readonly location: string;
  readonly lastSequenceNumber: bigint;
  readonly lastUpdatedMs: number;
  readonly lastColumnId: number;
  readonly schemas: readonly Schema[];
  readonly currentSchemaId: number;
  readonly partitionSpecs: readonly PartitionSpec[];
  readonly defaultSpecId: number;
  readonly lastPartitionId: number;
  readonly sortOrders: readonly SortOrder[];
  readonly defaultSortOrderId: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly currentSnapshotId: bigint | null;
  readonly snapshots: readonly Snapshot[];
  readonly snapshotLog: readonly SnapshotLogEntry[];
  readonly metadataLog: readonly MetadataLogEntry[];
  readonly refs: Readonly<Record<string, SnapshotRef>>;
  readonly statistics: readonly StatisticsFile[];
  readonly partitionStatistics: readonly StatisticsFile[];
  /** The first row id not yet assigned (format version 3); 0 before. */
  readonly nextRowId: bigint;
  /** Keys of the document this version does not know, kept as read and written back. */
  readonly extra: Readonly<Record<string, unknown>>;
}
