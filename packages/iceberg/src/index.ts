export { arrowSchema } from './arrow/arrow-schema.js';
export { batchFromRows } from './arrow/batch-from-rows.js';
export type {
  Catalog,
  CreateTableOptions,
  LoadedMetadata,
  TableCommit,
  TableIdentifier,
} from './catalog/catalog.js';
export type { CatalogRuntimeOptions, RetryOptions } from './catalog/catalog-runtime.js';
export { FolderCatalog, type FolderCatalogOptions } from './catalog/folder/folder-catalog.js';
export { loadIfExists } from './catalog/load-if-exists.js';
export { MemoryCatalog, type MemoryCatalogOptions } from './catalog/memory/memory-catalog.js';
export { IcebergError, type IcebergErrorCode, type IcebergErrorOptions } from './error.js';
export {
  alwaysFalse,
  alwaysTrue,
  and,
  type ComparisonOperator,
  type Expression,
  eq,
  gt,
  gtEq,
  isIn,
  isNaN,
  isNull,
  type LiteralValue,
  lt,
  ltEq,
  not,
  notEq,
  notIn,
  notNaN,
  notNull,
  or,
  startsWith,
} from './expression/expression.js';
export { parseFilter } from './expression/parse-filter.js';
export type {
  CompactOptions,
  CompactProgress,
  CompactResult,
  FailedGroup,
} from './maintenance/compact/compact-types.js';
export type {
  ExpiredFiles,
  ExpireOptions,
  ExpireResult,
  MaintenanceProgress,
  OrphanOptions,
  OrphanResult,
  RewriteManifestsOptions,
  RewriteManifestsResult,
} from './maintenance/maintenance-types.js';
export type { DataFile, EntryStatus, FileContent, ManifestEntry } from './manifest/data-file.js';
export type { TableRequirement } from './metadata/requirement.js';
export type {
  MetadataLogEntry,
  SnapshotLogEntry,
  StatisticsFile,
  TableMetadata,
} from './metadata/table-metadata.js';
export type { TableUpdate } from './metadata/update.js';
export type {
  MetadataTable,
  MetadataTableName,
  MetadataTableOptions,
} from './metadata-table/metadata-table.js';
export { compactTexts } from './parquet/encode/compact-texts.js';
export { encodeColumns, encodeRows, type RowLayout } from './parquet/encode/encode-rows.js';
export type { EncodedColumn, EncodedRows, EncodedType } from './parquet/encode/encoded-rows.js';
export {
  type PartitionCodes,
  type PartitionedRows,
  partitionCodes,
  partitionRows,
} from './parquet/encode/partition-rows.js';
export { TextBuilder } from './parquet/encode/text-builder.js';
export type { TextPlaces } from './parquet/encode/text-dictionary.js';
export type { PartitionChange } from './partition/partition-change.js';
export type { PartitionField, PartitionSpec } from './partition/partition-spec.js';
export type { CherryPickOptions } from './ref/cherry-pick.js';
export type {
  BranchRetention,
  CreateBranchOptions,
  CreateTagOptions,
  ReplaceBranchOptions,
  ReplaceTagOptions,
  TagRetention,
} from './ref/ref-options.js';
export type { RollbackTarget } from './ref/roll-back.js';
export type { ReplaceOptions } from './replace/replace-table.js';
export type { RestoreOptions } from './replace/restore-table.js';
export {
  forgetReplacement,
  openReplacement,
  type ReplacementPlace,
  replacementCatalog,
  stageReplacement,
} from './replace/stage-replacement.js';
export type { TableState } from './replace/table-state.js';
export type {
  ChangelogScanOptions,
  FileScanTask,
  IncrementalScanOptions,
  ScanOptions,
  TableScan,
} from './scan/scan-types.js';
export type { TimeTravelOptions } from './scan/select-snapshot.js';
export type { NewSchema, Schema } from './schema/schema.js';
export type { AddColumnOptions, SchemaChange } from './schema/schema-change.js';
export type { ColumnPlace } from './schema/schema-draft.js';
export type { Snapshot, SnapshotOperation, SnapshotRef } from './snapshot/snapshot.js';
export type { SortField, SortOrder } from './sort-order/sort-order.js';
export { FolderStorage } from './storage/folder/folder-storage.js';
export { MemoryStorage } from './storage/memory/memory-storage.js';
export type { ByteRange, Storage, StoredFile } from './storage/storage.js';
export { type OpenTableOptions, openTable } from './table/open-table.js';
export type { Table } from './table/table.js';
export type { LocationPrefix } from './table/table-io.js';
export type { CommitOptions } from './transaction/commit-metadata.js';
export type {
  ArrowInput,
  CommitResult,
  FilterOptions,
  KeyMode,
  KeyOptions,
  PositionDeletes,
  PositionOptions,
  PropertyChanges,
  RowMode,
  Transaction,
  TransactionOptions,
  WrittenSnapshot,
} from './transaction/transaction-types.js';
export type {
  IcebergType,
  ListType,
  MapType,
  NestedField,
  NewField,
  NewType,
  PrimitiveType,
  StructType,
  UnknownKeys,
} from './type/iceberg-type.js';
export type { PlainRow, RowLike } from './type/plain-row.js';
export type { AnyValue, Value } from './type/value.js';
export type { AbortOptions } from './util/abortable.js';
