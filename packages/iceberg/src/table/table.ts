import type { TableIdentifier } from '../catalog/catalog.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import type { IncrementalScanOptions, ScanOptions, TableScan } from '../scan/scan-types.js';
import type { Schema } from '../schema/schema.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { ArrowInput, CommitResult, KeyOptions, Transaction, TransactionOptions } from '../transaction/transaction-types.js';

export declare class Table {
  readonly identifier: TableIdentifier;
  readonly location: string;
  readonly uuid: string;
  readonly metadataLocation: string;
  readonly metadata: TableMetadata;
  readonly properties: Readonly<Record<string, string>>;
  schema(): Schema;
  spec(): PartitionSpec;
  currentSnapshot(): Snapshot | null;
  snapshot(id: bigint): Snapshot;
  snapshots(): readonly Snapshot[];
  ancestors(fromSnapshotId?: bigint): Snapshot[];
  refresh(): Promise<Table>;
  scan(options?: ScanOptions): TableScan;
  incrementalScan(options: IncrementalScanOptions): TableScan;
  transaction(options?: TransactionOptions): Transaction;
  append(data: ArrowInput, options?: TransactionOptions): Promise<CommitResult>;
  upsert(data: ArrowInput, options: TransactionOptions & KeyOptions): Promise<CommitResult>;
}
