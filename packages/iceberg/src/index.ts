import type { RecordBatch, Schema as ArrowSchema } from 'apache-arrow';
import type { Catalog } from './catalog/catalog.js';
import type { Expression } from './expression/expression.js';
import type { Schema } from './schema/schema.js';
import type { Storage } from './storage/storage.js';

export type { Catalog, CreateTableOptions, LoadedMetadata, TableCommit, TableIdentifier } from './catalog/catalog.js';
export { IcebergError, type IcebergErrorCode, type IcebergErrorOptions } from './error.js';
export {
  alwaysFalse, alwaysTrue, and, eq, type Expression, gt, gtEq, isIn, isNull, type LiteralValue, lt, ltEq, not, notEq, notIn, notNull, or, startsWith,
} from './expression/expression.js';
export type { DataFile, ManifestEntry } from './manifest/data-file.js';
export type { TableMetadata } from './metadata/table-metadata.js';
export type { TableRequirement } from './metadata/requirement.js';
export type { TableUpdate } from './metadata/update.js';
export type { PartitionField, PartitionSpec } from './partition/partition-spec.js';
export type { FileScanTask, IncrementalScanOptions, ScanOptions, TableScan } from './scan/scan-types.js';
export type { NewSchema, Schema } from './schema/schema.js';
export type { Snapshot, SnapshotOperation, SnapshotRef } from './snapshot/snapshot.js';
export type { ByteRange, Storage, StoredFile } from './storage/storage.js';
export { Table } from './table/table.js';
export type { ArrowInput, CommitResult, KeyOptions, PositionDeletes, PropertyChanges, Transaction, TransactionOptions, WrittenSnapshot } from './transaction/transaction-types.js';
export type { IcebergType, ListType, MapType, NestedField, NewField, NewType, PrimitiveType, StructType } from './type/iceberg-type.js';

export interface RetryOptions { retries?: number; minDelayMs?: number; maxDelayMs?: number }
export interface CatalogRuntime { now?: () => number; random?: () => number; randomBytes?: (length: number) => Uint8Array; sleep?: (ms: number, signal?: AbortSignal) => Promise<void>; retry?: RetryOptions }
export declare class FolderStorage implements Storage { read: Storage['read']; stat: Storage['stat']; write: Storage['write']; writeIfAbsent: Storage['writeIfAbsent']; list: Storage['list']; delete: Storage['delete'] }
export declare class MemoryStorage implements Storage { read: Storage['read']; stat: Storage['stat']; write: Storage['write']; writeIfAbsent: Storage['writeIfAbsent']; list: Storage['list']; delete: Storage['delete'] }
export declare class FolderCatalog implements Catalog { constructor(options: { warehouse: string; storage?: Storage } & CatalogRuntime); createTable: Catalog['createTable']; loadTable: Catalog['loadTable']; tableExists: Catalog['tableExists']; listTables: Catalog['listTables']; dropTable: Catalog['dropTable']; commitTable: Catalog['commitTable'] }
export declare class MemoryCatalog implements Catalog { constructor(options?: { storage?: Storage } & CatalogRuntime); createTable: Catalog['createTable']; loadTable: Catalog['loadTable']; tableExists: Catalog['tableExists']; listTables: Catalog['listTables']; dropTable: Catalog['dropTable']; commitTable: Catalog['commitTable'] }
export declare function parseFilter(text: string): Expression;
export declare function batchFromRows(schema: Schema, rows: Iterable<Record<string, unknown>>): RecordBatch;
export declare function arrowSchema(schema: Schema): ArrowSchema;
