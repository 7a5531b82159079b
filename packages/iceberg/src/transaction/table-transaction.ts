import type { LoadedMetadata } from '../catalog/catalog.js';
import { namingTable } from '../catalog/naming-table.js';
import { IcebergError } from '../error.js';
import { bindExpression } from '../expression/bind.js';
import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import { versionFourUuid } from '../metadata/create-metadata.js';
import { requirePropertyTexts } from '../metadata/property-texts.js';
import type { RowLayout } from '../parquet/encode/encode-rows.js';
import type { EncodedRows } from '../parquet/encode/encoded-rows.js';
import {
  evolvePartitioning,
  PartitionChange,
  PartitionDraft,
  type PartitionOperation,
} from '../partition/partition-change.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { schemaById } from '../scan/select-snapshot.js';
import { draftOf, evolveSchema } from '../schema/evolve-schema.js';
import type { Schema } from '../schema/schema.js';
import { SchemaChange } from '../schema/schema-change.js';
import type { SchemaOperation } from '../schema/schema-draft.js';
import type { Table, TableSource } from '../table/table.js';
import type { NewField } from '../type/iceberg-type.js';
import { deleteKeys, upsertRows } from './change-by-key.js';
import { type ChangeContext, liveFiles, rowLayout, writeEncodedRows, writeRows } from './change-context.js';
import { CommitStager } from './commit-stager.js';
import { commitWithRetries } from './commit-with-retries.js';
import {
  columnsAdded,
  type Definition,
  define,
  identifierFieldsSet,
  sortOrderReplaced,
  versionUpgraded,
} from './definitions.js';
import { deleteByFilter } from './delete-by-filter.js';
import { deleteRows } from './delete-rows.js';
import { deletesByFile } from './deletes-by-file.js';
import { FileLedger } from './file-ledger.js';
import type { ArrangeManifests } from './merge-manifests.js';
import {
  addTarget,
  changesFiles,
  noChanges,
  type PreparedChanges,
  removeDataFile,
} from './prepared-changes.js';
import { requireWritable } from './require-writable.js';
import { addRowDeletes } from './row-deletes.js';
import { isolationLevel, rowMode } from './row-mode.js';
import { conflict } from './stage-metadata.js';
import { branchHead } from './target-branch.js';
import type {
  ArrowInput,
  CommitResult,
  FilterOptions,
  KeyOptions,
  PositionDeletes,
  PositionOptions,
  PropertyChanges,
  Transaction,
  TransactionOptions,
} from './transaction-types.js';

/** The table a transaction begins on, and how to make the one it ends with. */
export interface TransactionSource extends TableSource {
  tableAt: (loaded: LoadedMetadata) => Table;
}

/** Files that take the place of others, with the same rows. */
export interface FileReplacement {
  /** The files to replace, with all delete files that apply to them. */
  replaced: readonly FileScanTask[];
  /** Delete files that no data file needs any more. */
  removedDeletes?: readonly ManifestEntry[];
  added: readonly DataFile[];
  /** Sequence number of the snapshot whose deletes are applied in `added`. */
  dataSequenceNumber: bigint;
}

/** The {@link Transaction} of every catalog: writes files as it is told, then stages and commits them. */
export class TableTransaction implements Transaction {
  readonly #base: Table;
  /** The base with the changes of definitions made so far. */
  #table: Table;
  readonly #source: TransactionSource;
  readonly #options: TransactionOptions;
  readonly #ledger: FileLedger;
  readonly #changes: PreparedChanges;
  #context: ChangeContext;
  /** Calls that have not been done yet: each begins when the one before it has ended. */
  readonly #underWay = new Set<Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(table: Table, source: TransactionSource, options: TransactionOptions) {
    if (options.summary !== undefined && 'operation' in options.summary) {
      throw new IcebergError(
        'The summary entry "operation" is set by the commit itself; choose another name.',
        {
          code: 'INVALID_ARGUMENT',
        },
      );
    }
    this.#base = table;
    this.#table = table;
    const { runtime } = source;
    const { signal } = options;
    const io = source.io.heeding(signal);
    this.#source = { ...source, io };
    this.#options = options;
    this.#ledger = new FileLedger({ io, prefix: versionFourUuid(runtime.randomBytes(16)), runtime, signal });
    this.#changes = noChanges(table.metadata);
    this.#context = { table, changes: this.#changes, io, ledger: this.#ledger, options };
    branchHead(table, options);
    addConflictFilter(this.#changes, options);
  }

  addColumns(columns: readonly NewField[]): this {
    return this.#define(() => columnsAdded([...columns]));
  }

  schema(): Schema {
    return this.#changes.schema;
  }

  updateSchema(change: (change: SchemaChange) => unknown): this {
    return this.#define(() => {
      const operations: SchemaOperation[] = [];
      change(new SchemaChange(draftOf(this.#table.metadata), operations));
      return (metadata) => evolveSchema(metadata, operations);
    });
  }

  updatePartitioning(change: (change: PartitionChange) => unknown): this {
    return this.#define(() => {
      const operations: PartitionOperation[] = [];
      change(new PartitionChange(new PartitionDraft(this.#table.metadata), operations));
      return (metadata) => evolvePartitioning(metadata, operations);
    });
  }

  replaceSortOrder(sortBy: readonly string[]): this {
    return this.#define(() => sortOrderReplaced([...sortBy]));
  }

  setIdentifierFields(paths: readonly string[]): this {
    return this.#define(() => identifierFieldsSet([...paths]));
  }

  upgradeFormatVersion(formatVersion: 2 | 3): this {
    return this.#define(() => {
      if (changesFiles(this.#changes)) {
        throw new IcebergError(
          'The format version is to be upgraded after files were written for the old one; upgrade first.',
          { code: 'INVALID_ARGUMENT', context: { formatVersion } },
        );
      }
      return versionUpgraded(formatVersion, versionFourUuid(this.#source.runtime.randomBytes(16)));
    });
  }

  setProperties(properties: PropertyChanges): this {
    this.#requireOpen();
    requirePropertyTexts(properties, { removals: true });
    this.#changes.properties = { ...this.#changes.properties, ...properties };
    return this;
  }

  async append(data: ArrowInput): Promise<this> {
    return this.#write(async () => {
      this.#changes.dataFiles.push(...(await writeRows(this.#context, data)));
    });
  }

  rowLayout(): RowLayout | null {
    return rowLayout(this.#context);
  }

  async appendEncoded(rows: AsyncIterable<EncodedRows> | Iterable<EncodedRows>): Promise<this> {
    return this.#write(async () => {
      this.#changes.dataFiles.push(...(await writeEncodedRows(this.#context, rows)));
    });
  }

  async deletePositions(deletes: readonly PositionDeletes[], options: PositionOptions = {}): Promise<this> {
    return this.#write(async () => {
      const mode = rowMode(this.#table, 'delete', options.mode);
      const tasks = await liveFiles(this.#context);
      const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
      const resolved = deletesByFile(deletes, (file) => {
        const dataFile = live.get(file)?.dataFile.file;
        if (dataFile === undefined) throw conflict(this.#table, `the data file ${file} is not live`);
        return dataFile;
      });
      // Before the deletes are counted in: they are known to nobody else.
      for (const { file } of resolved)
        addTarget(this.#changes, live.get(file.filePath)!, 'any-if-rows-are-added');
      if (mode === 'copy-on-write') await deleteRows(this.#context, resolved, tasks, mode);
      else await addRowDeletes(this.#changes, resolved, tasks, this.#context);
    });
  }

  async upsert(data: ArrowInput, options: KeyOptions): Promise<this> {
    return this.#write(() => upsertRows(this.#context, data, options));
  }

  async deleteKeys(data: ArrowInput, options: KeyOptions): Promise<this> {
    return this.#write(() => deleteKeys(this.#context, data, options));
  }

  async delete({ filter, mode }: FilterOptions): Promise<this> {
    return this.#write(() =>
      deleteByFilter(this.#context, filter, {
        mode: rowMode(this.#table, 'delete', mode),
        isolation: isolationLevel(this.#table, 'delete', this.#options.isolation),
        rowsAreReplaced: false,
      }),
    );
  }

  async overwrite(data: ArrowInput, { filter, mode }: FilterOptions): Promise<this> {
    return this.#write(async () => {
      const how = {
        mode: rowMode(this.#table, 'update', mode),
        isolation: isolationLevel(this.#table, 'update', this.#options.isolation),
        rowsAreReplaced: true,
      };
      const written = await writeRows(this.#context, data);
      await deleteByFilter(this.#context, filter, how);
      // After the deletes: the rows just written are not to be deleted.
      this.#changes.dataFiles.push(...written);
    });
  }

  /** Adds once more the data files that a snapshot added; while that is in the table, nobody deletes them. */
  addDataFiles(files: readonly DataFile[], { restsOn }: { restsOn: bigint }): void {
    this.#requireWritable();
    this.#changes.dataFiles.push(...files);
    this.#changes.restsOn = restsOn;
  }

  /** Removes live data files with all their rows. Another commit that deletes rows of theirs meanwhile is a conflict. */
  removeFiles(tasks: readonly FileScanTask[]): void {
    this.#requireWritable();
    for (const task of tasks) {
      addTarget(this.#changes, task, 'any-deletes');
      removeDataFile(this.#changes, task);
    }
  }

  /**
   * Writes rows as data files that are not part of the changes yet; they are deleted with everything else where the
   * commit fails.
   */
  writeDataFiles(data: ArrowInput): Promise<DataFile[]> {
    this.#requireWritable();
    return writeRows(this.#context, data);
  }

  /**
   * Puts files in the place of others that hold the same live rows. Another commit that meanwhile deletes such rows by
   * position is a conflict; later equality deletes apply to the new files too, which keep `dataSequenceNumber`.
   */
  replaceFiles(replacement: FileReplacement): void {
    this.#requireWritable();
    this.#changes.replaces = true;
    this.#changes.dataSequenceNumber = replacement.dataSequenceNumber;
    for (const task of replacement.replaced) {
      addTarget(this.#changes, task, 'position-deletes');
      removeDataFile(this.#changes, task);
    }
    for (const entry of replacement.removedDeletes ?? [])
      this.#changes.removedDeletes.set(fileKey(entry.file), entry);
    this.#changes.dataFiles.push(...replacement.added);
  }

  /** Puts the table's manifests together in another way; no file changes. Set `emptySnapshot`. */
  arrangeManifests(arrange: ArrangeManifests): void {
    this.#requireWritable();
    this.#changes.replaces = true;
    this.#changes.arrangeManifests = arrange;
  }

  async commit(): Promise<CommitResult> {
    this.#requireOpen();
    this.#ended = true;
    const snapshotId = positiveLong(this.#source.runtime.randomBytes(8));
    const stager = new CommitStager({
      changes: this.#changes,
      base: this.#table,
      source: this.#source,
      options: this.#options,
      ledger: this.#ledger,
      snapshotId,
    });
    try {
      await this.#settle();
      await stager.prepare(this.#table);
    } catch (error) {
      await this.#ledger.discard();
      throw error;
    }
    const { table, attempts } = await commitWithRetries({
      catalog: this.#source.catalog,
      runtime: this.#source.runtime,
      table: this.#table,
      isThere: (fresh) => stager.isThere(fresh),
      adds: { snapshotId },
      retries: this.#options.retries ?? this.#source.runtime.retry.retries,
      signal: this.#options.signal,
      stage: (fresh, attempt) => stager.stage(fresh, attempt),
      tableAt: this.#source.tableAt,
      discardAttempt: () => stager.discardAttempt(),
      discardAll: () => this.#ledger.discard(),
    });
    await stager.discardUnused();
    const snapshot = table.metadata.snapshots.find((candidate) => candidate.snapshotId === snapshotId);
    return {
      table,
      snapshotId: snapshot?.snapshotId ?? null,
      sequenceNumber: snapshot?.sequenceNumber ?? null,
      attempts,
    };
  }

  async abort(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#settle().catch(() => undefined);
    await this.#ledger.discard();
  }

  /** Waits for calls that nobody has waited for; where one fails, so do the changes. */
  async #settle(): Promise<void> {
    const outcomes = await Promise.allSettled(this.#underWay);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** Makes a change of definitions; what comes after sees the table as if it had been committed. */
  #define(prepare: () => Definition): this {
    this.#requireOpen();
    if (this.#underWay.size > 0) {
      throw new IcebergError(
        'The table is to be changed while rows are being written to it: await the call that writes them first.',
        { code: 'INVALID_ARGUMENT' },
      );
    }
    const { identifier, metadata: base, metadataLocation } = this.#base;
    const [definitions, defined] = namingTable(identifier, () => {
      const made = [...this.#changes.definitions, prepare()];
      return [made, define(base, made)] as const;
    });
    const { metadata } = defined;
    this.#changes.definitions = definitions;
    this.#changes.defined = defined;
    this.#changes.formatVersion = metadata.formatVersion;
    this.#changes.schema = schemaById(metadata, metadata.currentSchemaId);
    this.#table = this.#source.tableAt({ metadata, metadataLocation });
    this.#context = { ...this.#context, table: this.#table };
    return this;
  }

  /** Makes a change of files; errors name the table. */
  async #write(work: () => Promise<unknown>): Promise<this> {
    this.#requireWritable();
    const done = this.#last.then(async () => {
      await namingTable(this.#base.identifier, work);
    });
    this.#underWay.add(done);
    this.#last = done.catch(() => undefined);
    try {
      await done;
    } finally {
      this.#underWay.delete(done);
    }
    return this;
  }

  #requireWritable(): void {
    this.#requireOpen();
    requireWritable(this.#table, this.#changes.formatVersion);
  }

  #requireOpen(): void {
    if (!this.#ended) return;
    throw new IcebergError(
      'This transaction was committed or aborted; begin a new one on the refreshed table.',
      {
        code: 'INVALID_ARGUMENT',
      },
    );
  }
}

/** Other commits must leave alone what a conflict filter names. */
function addConflictFilter(changes: PreparedChanges, options: TransactionOptions): void {
  if (options.conflictFilter === undefined) return;
  const filter = bindExpression(options.conflictFilter, changes.schema);
  changes.conflictChecks.push({ filter, added: options.isolation !== 'snapshot', deleted: true });
}

/** A positive 63-bit integer from 8 random bytes. */
function positiveLong(random: Uint8Array): bigint {
  const value = new DataView(random.buffer, random.byteOffset, 8).getBigUint64(0) & 0x7fffffffffffffffn;
  return value === 0n ? 1n : value;
}
