import type { Catalog, LoadedMetadata, TableIdentifier } from '../catalog/catalog.js';
import type { CatalogRuntime } from '../catalog/catalog-runtime.js';
import { namingTable } from '../catalog/naming-table.js';
import { compact } from '../maintenance/compact/compact.js';
import type { CompactOptions, CompactResult } from '../maintenance/compact/compact-types.js';
import { expireSnapshots } from '../maintenance/expire-snapshots.js';
import type {
  ExpireOptions,
  ExpireResult,
  OrphanOptions,
  OrphanResult,
  RewriteManifestsOptions,
  RewriteManifestsResult,
} from '../maintenance/maintenance-types.js';
import { removeOrphanFiles } from '../maintenance/remove-orphan-files.js';
import { rewriteManifests } from '../maintenance/rewrite-manifests.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import {
  type MetadataTable,
  type MetadataTableName,
  type MetadataTableOptions,
  openMetadataTable,
} from '../metadata-table/metadata-table.js';
import type { PartitionChange } from '../partition/partition-change.js';
import type { PartitionSpec } from '../partition/partition-spec.js';
import { createRef, dropRef, fastForward, replaceRef } from '../ref/change-refs.js';
import { type CherryPickOptions, cherryPick, publish } from '../ref/cherry-pick.js';
import type {
  CreateBranchOptions,
  CreateTagOptions,
  ReplaceBranchOptions,
  ReplaceTagOptions,
} from '../ref/ref-options.js';
import { type RollbackTarget, rollbackTo, setCurrentSnapshot } from '../ref/roll-back.js';
import { type ReplaceOptions, replaceTable } from '../replace/replace-table.js';
import { type RestoreOptions, restoreTable } from '../replace/restore-table.js';
import { stateOf, type TableState } from '../replace/table-state.js';
import { ChangelogScan } from '../scan/changelog-scan.js';
import { type FilePlanner, FileScan } from '../scan/file-scan.js';
import { specOf } from '../scan/manifest-reader.js';
import { planIncremental } from '../scan/plan-incremental.js';
import { planScan } from '../scan/plan-scan.js';
import type {
  ChangelogScanOptions,
  IncrementalScanOptions,
  ScanOptions,
  TableScan,
} from '../scan/scan-types.js';
import {
  refByName,
  schemaById,
  selectEnd,
  selectSnapshot,
  snapshotAsOf,
  snapshotById,
} from '../scan/select-snapshot.js';
import type { Schema } from '../schema/schema.js';
import type { SchemaChange } from '../schema/schema-change.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Snapshot, SnapshotRef } from '../snapshot/snapshot.js';
import type { Storage } from '../storage/storage.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';
import { commitOrAbort } from '../transaction/commit-or-abort.js';
import { TableTransaction, type TransactionSource } from '../transaction/table-transaction.js';
import type {
  ArrowInput,
  CommitResult,
  FilterOptions,
  KeyOptions,
  PropertyChanges,
  Transaction,
  TransactionOptions,
} from '../transaction/transaction-types.js';
import { type AbortOptions, abortable } from '../util/abortable.js';
import { checkOptions } from '../util/check-options.js';
import * as OPTIONS from './option-names.js';
import { readOnlyTable } from './read-only-table.js';
import type { TableIo } from './table-io.js';

/** What a catalog gives a table it has loaded. */
export interface TableSource {
  identifier: TableIdentifier;
  metadata: TableMetadata;
  metadataLocation: string;
  catalog: Catalog;
  io: TableIo;
  runtime: CatalogRuntime;
  /** Set where no catalog could publish a commit. */
  readOnly?: boolean;
}

/**
 * A table at one version of its metadata. Tables are values: `refresh` and commits give new ones. Catalogs make them.
 *
 * @example
 * const table = await catalog.loadTable({ namespace: 'raw', name: 'orders' });
 * for await (const batch of table.scan({ columns: ['id'], filter: gt('amount', 10) })) use(batch);
 */
export class Table {
  readonly identifier: TableIdentifier;
  readonly metadata: TableMetadata;
  /** Where the metadata document was read from. */
  readonly metadataLocation: string;
  readonly #source: TableSource;

  /** @internal Use a catalog. */
  constructor(source: TableSource) {
    this.#source = source;
    this.identifier = source.identifier;
    this.metadata = source.metadata;
    this.metadataLocation = source.metadataLocation;
  }

  /** Where the table was created; after its folder was moved, files are found at their new place all the same. */
  get location(): string {
    return this.metadata.location;
  }

  get uuid(): string {
    return this.metadata.tableUuid;
  }

  /** Where its files are now: {@link location}, unless its folder was moved. */
  get folder(): string {
    return this.#source.io.root;
  }

  /** What its files are read from and written to. */
  get storage(): Storage {
    return this.#source.io.storage;
  }

  /** What it shows of itself, to be brought back by {@link restore}. */
  state(): TableState {
    return stateOf(this.metadata);
  }

  get properties(): Readonly<Record<string, string>> {
    return this.metadata.properties;
  }

  schema(): Schema {
    return schemaById(this.metadata, this.metadata.currentSchemaId);
  }

  spec(): PartitionSpec {
    return specOf(this.metadata, this.metadata.defaultSpecId);
  }

  currentSnapshot(): Snapshot | null {
    return this.metadata.currentSnapshotId === null ? null : this.snapshot(this.metadata.currentSnapshotId);
  }

  /** Throws `SNAPSHOT_NOT_FOUND`. */
  snapshot(id: bigint): Snapshot {
    return snapshotById(this.metadata, id);
  }

  /** Branches and tags by name; `main` is absent until the table has a snapshot. */
  get refs(): Readonly<Record<string, SnapshotRef>> {
    return this.metadata.refs;
  }

  /** The snapshot of a branch or tag. Throws `REF_NOT_FOUND`. */
  snapshotOf(ref: string): Snapshot {
    return this.snapshot(refByName(this.metadata, ref).snapshotId);
  }

  /**
   * The snapshot that was current at a time, by the snapshot log. A number counts milliseconds since 1970; text is
   * ISO 8601 with a zone, or a date, which means its first instant in UTC. Throws `SNAPSHOT_NOT_FOUND`,
   * `INVALID_ARGUMENT`.
   */
  snapshotAsOf(time: Date | number | string): Snapshot {
    return snapshotAsOf(this.metadata, time);
  }

  /** All retained snapshots, in the order they were added. */
  snapshots(): readonly Snapshot[] {
    return this.metadata.snapshots;
  }

  /** A snapshot (default the current one) and its ancestors as far as retained, newest first. Throws `SNAPSHOT_NOT_FOUND`. */
  ancestors(fromSnapshotId: bigint | null = this.metadata.currentSnapshotId): Snapshot[] {
    return fromSnapshotId === null ? [] : snapshotAncestors(this.metadata, fromSnapshotId);
  }

  /** The table at its newest metadata. */
  async refresh(options: AbortOptions = {}): Promise<Table> {
    const { catalog } = this.#source;
    return abortable(() => catalog.loadTable(this.identifier, options), options.signal);
  }

  /**
   * Reads rows. The schema is that of the snapshot where one is named by its id, a time or a tag, else the current one.
   * Throws `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `INVALID_ARGUMENT`, `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`.
   */
  scan(options: ScanOptions = {}): TableScan {
    checkOptions('scan', options, OPTIONS.SCAN);
    const { afterSequenceNumber, files, signal } = options;
    const { snapshot, schema } = selectSnapshot(this.metadata, options);
    const source = this.#heeding(signal);
    const plan: FilePlanner = (filter, residual) =>
      planScan({
        io: source.io,
        metadata: this.metadata,
        snapshot,
        filter,
        residual,
        ...(afterSequenceNumber === undefined ? {} : { afterSequenceNumber }),
        ...(files === undefined ? {} : { files }),
        ...(signal === undefined ? {} : { signal }),
      });
    return namingTable(this.identifier, () => new FileScan(source, schema, options, plan));
  }

  /**
   * Reads the rows that `append` snapshots added after one snapshot and up to another; snapshots of other kinds
   * (upserts, deletes, replaces) are passed over, as the reference implementation does, and later deletes are not applied.
   * Throws `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`, and `SNAPSHOT_EXPIRED` on reading where the start is no retained
   * ancestor.
   */
  incrementalScan(options: IncrementalScanOptions): TableScan {
    checkOptions('incrementalScan', options, OPTIONS.INCREMENTAL_SCAN);
    const to = selectEnd(this.metadata, options);
    const source = this.#heeding(options.signal);
    const plan: FilePlanner = (filter, residual) =>
      planIncremental({
        io: source.io,
        metadata: this.metadata,
        fromSnapshotId: options.fromSnapshotId,
        to,
        filter,
        residual,
      });
    return namingTable(this.identifier, () => new FileScan(source, this.schema(), options, plan));
  }

  /**
   * Reads how rows changed after one snapshot and up to another: the table's columns, or those asked for, with
   * `_change_type` (`insert`, `delete`, `update_before`, `update_after`), `_change_ordinal` (int, counting the snapshots
   * read, from 0) and `_commit_snapshot_id` (long). Rows come in the order of snapshots; those a snapshot removed before
   * those it added. Snapshots that only rewrote files are passed over, and so are rows that were carried over
   * unchanged. The filter applies to each row as it is, before or after. Throws `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`,
   * `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `INVALID_ARGUMENT`, and `SNAPSHOT_EXPIRED` on reading where the start is no
   * retained ancestor.
   *
   * @example
   * for await (const row of table.changelogScan({ fromSnapshotId, key: ['id'] }).rows()) apply(row);
   */
  changelogScan(options: ChangelogScanOptions = {}): TableScan {
    checkOptions('changelogScan', options, OPTIONS.CHANGELOG_SCAN);
    const to = selectEnd(this.metadata, options);
    const source = this.#heeding(options.signal);
    return namingTable(this.identifier, () => new ChangelogScan(source, this.schema(), to, options));
  }

  /**
   * What the table tells of itself as rows: snapshots, files, partitions and more, with the columns of the reference
   * implementation's metadata tables. Throws `INVALID_ARGUMENT`, `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`.
   *
   * @example
   * for await (const row of table.metadataTable('partitions').rows()) console.log(row.partition, row.record_count);
   */
  metadataTable(name: MetadataTableName, options: MetadataTableOptions = {}): MetadataTable {
    checkOptions('metadataTable', options, OPTIONS.METADATA_TABLE);
    const { metadata, metadataLocation } = this;
    const { io } = this.#heeding(options.signal);
    return namingTable(this.identifier, () =>
      openMetadataTable({ io, metadata, metadataLocation }, name, options),
    );
  }

  /** Begins a set of changes that is committed as one. Throws `UNSUPPORTED_FEATURE` for a table opened to be read. */
  transaction(options: TransactionOptions = {}): Transaction {
    const source = this.#writable();
    return namingTable(this.identifier, () => new TableTransaction(this, source, options));
  }

  /** Appends rows in a commit of their own. */
  async append(data: ArrowInput, options: TransactionOptions = {}): Promise<CommitResult> {
    checkOptions('append', options, OPTIONS.TRANSACTION);
    return commitOrAbort(this.transaction(options), (transaction) => transaction.append(data));
  }

  /** Replaces, in a commit of their own, the rows that have the given rows' keys. */
  async upsert(data: ArrowInput, options: TransactionOptions & KeyOptions = {}): Promise<CommitResult> {
    checkOptions('upsert', options, OPTIONS.BY_KEY);
    return commitOrAbort(this.transaction(options), (transaction) => transaction.upsert(data, options));
  }

  /** Deletes, in a commit of their own, the rows that have some keys. */
  async deleteKeys(keys: ArrowInput, options: TransactionOptions & KeyOptions = {}): Promise<CommitResult> {
    checkOptions('deleteKeys', options, OPTIONS.BY_KEY);
    return commitOrAbort(this.transaction(options), (transaction) => transaction.deleteKeys(keys, options));
  }

  /**
   * Deletes, in a commit of their own, the rows for which a filter is true.
   *
   * @example
   * await table.delete({ filter: lt('placed_at', '2020-01-01T00:00:00Z') });
   */
  async delete(options: TransactionOptions & FilterOptions): Promise<CommitResult> {
    checkOptions('delete', options, OPTIONS.BY_FILTER);
    return commitOrAbort(this.transaction(options), (transaction) => transaction.delete(options));
  }

  /**
   * Replaces, in a commit of their own, the rows for which a filter is true.
   *
   * @example
   * await table.overwrite(recomputed, { filter: eq('day', '2026-11-23') });
   */
  async overwrite(data: ArrowInput, options: TransactionOptions & FilterOptions): Promise<CommitResult> {
    checkOptions('overwrite', options, OPTIONS.BY_FILTER);
    return commitOrAbort(this.transaction(options), (transaction) => transaction.overwrite(data, options));
  }

  /**
   * Changes the schema in a commit of its own.
   *
   * @example
   * await table.updateSchema((change) => change.addColumn('note', 'string').renameColumn('qty', 'quantity'));
   */
  async updateSchema(
    change: (change: SchemaChange) => unknown,
    options: TransactionOptions = {},
  ): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) => transaction.updateSchema(change));
  }

  /**
   * Changes how new files are partitioned, in a commit of its own.
   *
   * @example
   * await table.updatePartitioning((change) => change.removeField('day(ts)').addField('hour(ts)'));
   */
  async updatePartitioning(
    change: (change: PartitionChange) => unknown,
    options: TransactionOptions = {},
  ): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) => transaction.updatePartitioning(change));
  }

  /** Replaces the order in which writers are to sort rows, in a commit of its own: `['ts desc', 'id']`. */
  async replaceSortOrder(sortBy: readonly string[], options: TransactionOptions = {}): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) => transaction.replaceSortOrder(sortBy));
  }

  /** Replaces the columns that identify a row, in a commit of its own. */
  async setIdentifierFields(
    paths: readonly string[],
    options: TransactionOptions = {},
  ): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) => transaction.setIdentifierFields(paths));
  }

  /** Makes the table one of a higher format version, in a commit of its own. There is no way back. */
  async upgradeFormatVersion(formatVersion: 2 | 3, options: TransactionOptions = {}): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) =>
      transaction.upgradeFormatVersion(formatVersion),
    );
  }

  /** Sets table properties, and removes those given as `null`, in a commit of its own. */
  async setProperties(properties: PropertyChanges, options: TransactionOptions = {}): Promise<CommitResult> {
    return commitOrAbort(this.transaction(options), (transaction) => transaction.setProperties(properties));
  }

  /**
   * Writes data files anew that are too small, too large or have many rows deleted, with their deletes applied; the
   * rows stay the same, and in format version 3 keep their ids. Deletes that others commit meanwhile are honoured:
   * groups they hit are written anew. Files of older partition specs come out in the current one.
   * Throws `INVALID_ARGUMENT`, `COMMIT_CONFLICT`, `COMMIT_STATE_UNKNOWN`, `ABORTED`; any error thrown after some commits
   * were made (of groups, or before old delete files were looked for) tells in `context.commits` how many stand.
   *
   * @example
   * const { rewrittenFiles, addedFiles } = await table.compact({ strategy: 'sort', sortBy: ['placed_at'] });
   */
  async compact(options: CompactOptions = {}): Promise<CompactResult> {
    checkOptions('compact', options, OPTIONS.COMPACT);
    return this.#change(options, (source) => compact(this, source, options));
  }

  /**
   * Writes manifests anew with their entries brought together by partition, so that scans read fewer of them; no data
   * file changes. Manifests get about the size of the table property `commit.manifest.target-size-bytes` (8 MiB). The
   * entries of one partition spec are held in memory, about 2 kB and 75 bytes per statistic each.
   * Throws `INVALID_ARGUMENT`, `COMMIT_CONFLICT`, `COMMIT_STATE_UNKNOWN`.
   *
   * @example
   * const { rewritten, added } = await table.rewriteManifests({ clusterBy: ['placed_at_day'] });
   */
  async rewriteManifests(options: RewriteManifestsOptions = {}): Promise<RewriteManifestsResult> {
    checkOptions('rewriteManifests', options, OPTIONS.REWRITE_MANIFESTS);
    return this.#change(options, (source) => rewriteManifests(this, source, options));
  }

  /**
   * Forgets snapshots (and refs) that have outlived their retention, and deletes the files that no retained snapshot
   * needs, once the commit stands. A scan of an expired snapshot that is under way fails with `FILE_NOT_FOUND`.
   * Throws `INVALID_ARGUMENT` (a ref holds a snapshot named; `gc.enabled` is false), `SNAPSHOT_NOT_FOUND`,
   * `COMMIT_CONFLICT`, and `COMMIT_STATE_UNKNOWN`, after which nothing was deleted.
   *
   * @example
   * const { expiredSnapshotIds, deleted } = await table.expireSnapshots({ retainLast: 10 });
   */
  async expireSnapshots(options: ExpireOptions = {}): Promise<ExpireResult> {
    checkOptions('expireSnapshots', options, OPTIONS.EXPIRE);
    return this.#change(options, (source) => expireSnapshots(this, source, options));
  }

  /**
   * Deletes files in the table's folder that no retained snapshot or metadata version names: what failed writers and
   * crashes left. Folders of tables inside this one's, and names that begin with `.` or `_`, are left alone. When a
   * manifest cannot be read, nothing is deleted. Throws `INVALID_ARGUMENT`, `FILE_NOT_FOUND`, `CORRUPT_FILE`.
   *
   * @example
   * const { orphans, bytes } = await table.removeOrphanFiles({ dryRun: true });
   */
  async removeOrphanFiles(options: OrphanOptions = {}): Promise<OrphanResult> {
    checkOptions('removeOrphanFiles', options, OPTIONS.ORPHANS);
    return this.#change(options, (source) => removeOrphanFiles(this, source, options));
  }

  /**
   * Makes a branch, which commits can go to (`branch` of their options). Throws `REF_ALREADY_EXISTS`,
   * `SNAPSHOT_NOT_FOUND`, `INVALID_ARGUMENT` (no snapshot yet; a retention that is no whole number above 0).
   */
  async createBranch(name: string, options: CreateBranchOptions = {}): Promise<CommitResult> {
    checkOptions('createBranch', options, OPTIONS.BRANCH);
    return this.#change(options, (source) => createRef(this, source, name, 'branch', options));
  }

  /** Makes a tag, which keeps its snapshot from expiring. Throws as {@link createBranch}. */
  async createTag(name: string, options: CreateTagOptions = {}): Promise<CommitResult> {
    checkOptions('createTag', options, OPTIONS.TAG);
    return this.#change(options, (source) => createRef(this, source, name, 'tag', options));
  }

  /** Points a branch to any snapshot, or changes its retention. Throws `REF_NOT_FOUND`, `SNAPSHOT_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async replaceBranch(name: string, options: ReplaceBranchOptions): Promise<CommitResult> {
    checkOptions('replaceBranch', options, OPTIONS.BRANCH);
    return this.#change(options, (source) => replaceRef(this, source, name, 'branch', options));
  }

  /** Points a tag to any snapshot, or changes its retention. Throws `REF_NOT_FOUND`, `SNAPSHOT_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async replaceTag(name: string, options: ReplaceTagOptions): Promise<CommitResult> {
    checkOptions('replaceTag', options, OPTIONS.TAG);
    return this.#change(options, (source) => replaceRef(this, source, name, 'tag', options));
  }

  /** Forgets a branch or tag, never `main`; its snapshots stay until they expire. Throws `REF_NOT_FOUND`, `INVALID_ARGUMENT`. */
  async dropRef(name: string, options: CommitOptions = {}): Promise<CommitResult> {
    return this.#change(options, (source) => dropRef(this, source, name, options));
  }

  /** Moves a branch on to where another ref is. Throws `REF_NOT_FOUND`, and `INVALID_ARGUMENT` where it would lose snapshots. */
  async fastForward(branch: string, options: CommitOptions & { to: string }): Promise<CommitResult> {
    return this.#change(options, (source) => fastForward(this, source, branch, options));
  }

  /**
   * Takes `main` back to one of its own earlier snapshots: one named, or the newest that was committed by a time.
   * Throws `SNAPSHOT_NOT_FOUND`, `INVALID_ARGUMENT`.
   *
   * @example
   * await table.rollbackTo({ asOf: '2026-11-23T08:00:00Z' });
   */
  async rollbackTo(target: RollbackTarget & CommitOptions): Promise<CommitResult> {
    return this.#change(target, (source) => rollbackTo(this, source, target));
  }

  /** Points `main` to any snapshot of the table. Throws `SNAPSHOT_NOT_FOUND`. */
  async setCurrentSnapshot(snapshotId: bigint, options: CommitOptions = {}): Promise<CommitResult> {
    return this.#change(options, (source) => setCurrentSnapshot(this, source, snapshotId, options));
  }

  /**
   * Puts another content in the place of this one's in one commit: the replacement's live files, schema, partitioning,
   * order and properties, under the same uuid. The new snapshot has no parent and the id of the replacement's newest; so
   * a call that is repeated after its answer was lost does nothing. Readers see the old content or the new one. See
   * `stageReplacement`.
   *
   * Throws `COMMIT_CONFLICT` where the content or the definitions are no longer those of this object, `INVALID_ARGUMENT`
   * for a replacement that has no snapshot, was made for another table or deletes rows by equality.
   */
  async replaceWith(replacement: Table, options: ReplaceOptions = {}): Promise<CommitResult> {
    checkOptions('replaceWith', options, OPTIONS.REPLACE);
    return this.#change(options, (source) => replaceTable(this, source, replacement, options));
  }

  /**
   * Brings an earlier content back together with the definitions and properties of then, in one commit. Where it is
   * there already nothing is done. Throws `COMMIT_CONFLICT` where the newest snapshot is not the one to be taken back,
   * `SNAPSHOT_NOT_FOUND` where the earlier one has been expired.
   */
  async restore(state: TableState, options: RestoreOptions): Promise<CommitResult> {
    checkOptions('restore', options, OPTIONS.RESTORE);
    return this.#change(options, (source) => restoreTable(this, source, state, options));
  }

  /**
   * Makes the changes of one snapshot, which was staged or is on another branch, on a branch: by moving the branch on
   * where the snapshot follows its head, else, for an append or a replacement of whole partitions, by a new snapshot of
   * the same files. Throws `SNAPSHOT_NOT_FOUND`, `REF_NOT_FOUND`, `COMMIT_CONFLICT`, and `INVALID_ARGUMENT` for changes
   * of another kind and for those the branch has already.
   */
  async cherryPick(snapshotId: bigint, options: CherryPickOptions = {}): Promise<CommitResult> {
    checkOptions('cherryPick', options, OPTIONS.CHERRY_PICK);
    return this.#change(options, (source) => cherryPick(this, source, snapshotId, options));
  }

  /**
   * Cherry-picks the snapshot that was staged under an id (`stageOnly` with `wapId`). Throws as {@link cherryPick}.
   *
   * @example
   * await table.append(rows, { stageOnly: true, wapId: 'load-42' });
   * // … audit the snapshot, then
   * await table.publish('load-42');
   */
  async publish(wapId: string, options: CherryPickOptions = {}): Promise<CommitResult> {
    checkOptions('publish', options, OPTIONS.CHERRY_PICK);
    return this.#change(options, (source) => publish(this, source, wapId, options));
  }

  /** Changes the table in commits of the work's own; errors name the table. */
  async #change<Result>(
    options: AbortOptions | undefined,
    work: (source: TransactionSource) => Promise<Result>,
  ): Promise<Result> {
    const writable = this.#writable();
    // Options that are none are refused by the work itself.
    const source = { ...writable, io: writable.io.heeding(options?.signal) };
    return namingTable(this.identifier, () => work(source));
  }

  #heeding(signal: AbortSignal | undefined): TableSource {
    return { ...this.#source, io: this.#source.io.heeding(signal) };
  }

  /** What a change of this table needs. Throws `UNSUPPORTED_FEATURE` where no catalog could publish it. */
  #writable(): TransactionSource {
    if (this.#source.readOnly === true) throw readOnlyTable(this.metadataLocation);
    const tableAt = (loaded: LoadedMetadata): Table => new Table({ ...this.#source, ...loaded });
    return { ...this.#source, tableAt };
  }
}
