import { sortKeys } from '../../arrow/sort-batch.js';
import { IcebergError, throwIfAborted } from '../../error.js';
import { bindExpression } from '../../expression/bind.js';
import { fileKey } from '../../manifest/data-file.js';
import { versionFourUuid } from '../../metadata/create-metadata.js';
import { planScan } from '../../scan/plan-scan.js';
import type { FileScanTask } from '../../scan/scan-types.js';
import type { Snapshot } from '../../snapshot/snapshot.js';
import { parseSortBy } from '../../sort-order/parse-sort-by.js';
import { isSameOrder } from '../../sort-order/sort-order.js';
import type { Table } from '../../table/table.js';
import { FileLedger } from '../../transaction/file-ledger.js';
import { scopedDeletes } from '../../transaction/prepared-changes.js';
import { conflict } from '../../transaction/stage-metadata.js';
import { TableTransaction, type TransactionSource } from '../../transaction/table-transaction.js';
import { branchHead } from '../../transaction/target-branch.js';
import type { TransactionOptions } from '../../transaction/transaction-types.js';
import { checkChoice } from '../../util/check-options.js';
import { type CompactSettings, compactSettings } from './compact-settings.js';
import type { CompactOptions, CompactResult, FailedGroup } from './compact-types.js';
import { danglingDeletes } from './dangling-deletes.js';
import { type FileGroup, fileBytes, outputBytes, planGroups } from './plan-groups.js';
import { type GroupRewrite, rewriteGroup } from './rewrite-group.js';

/** How often a group is written anew because of what others have committed meanwhile. */
const ROUNDS = 3;

/** See `Table.compact`. */
export async function compact(
  table: Table,
  source: TransactionSource,
  options: CompactOptions = {},
): Promise<CompactResult> {
  return new Compaction(await table.refresh({ signal: options.signal }), source, options).run();
}

class Compaction {
  readonly #source: TransactionSource;
  readonly #options: CompactOptions;
  readonly #settings: CompactSettings;
  readonly #failed: FailedGroup[] = [];
  /** Groups that failed while others of their commit go on. */
  readonly #givenUp = new Set<FileGroup>();
  #table: Table;
  #rewrittenFiles = 0;
  #addedFiles = 0;
  #rewrittenBytes = 0;
  #addedBytes = 0;
  #removedDeleteFiles = 0;
  #commits = 0;

  constructor(table: Table, source: TransactionSource, options: CompactOptions) {
    this.#table = table;
    this.#source = source;
    this.#options = options;
    this.#settings = compactSettings(table, options);
    sortOf(table, options);
  }

  /** What fails after a commit has been made says so: `context.commits`. */
  async run(): Promise<CompactResult> {
    try {
      return await this.#run();
    } catch (error) {
      if (this.#commits === 0 || !(error instanceof IcebergError)) throw error;
      const { code, retryable, context } = error;
      throw new IcebergError(
        `${error.message} ${this.#commits} commits of the compaction stand; compact again for the rest.`,
        { code, retryable, context: { ...context, commits: this.#commits }, cause: error },
      );
    }
  }

  async #run(): Promise<CompactResult> {
    const { partialProgress = false, removeDanglingDeletes = true, dryRun = false } = this.#options;
    const groups = await planGroups(await this.#tasks(), this.#settings, {
      io: this.#source.io,
      specId: this.#table.metadata.defaultSpecId,
      signal: this.#options.signal,
    });
    if (dryRun) return this.#planned(groups);
    const perCommit = partialProgress ? Math.ceil(groups.length / this.#settings.maxCommits) : groups.length;
    const progress = this.#progress(groups);
    const plannedOn = this.#table;
    for (let start = 0; start < groups.length; start += perCommit) {
      const batch = groups.slice(start, start + perCommit);
      // Deletes that were committed since must be seen, or the files written anew would bring rows back.
      const current = this.#table === plannedOn ? batch : await this.#stillLive(batch);
      await this.#compactBatch(current, progress);
    }
    if (removeDanglingDeletes) await this.#removeDanglingDeletes();
    return this.#result();
  }

  #planned(groups: readonly FileGroup[]): CompactResult {
    for (const group of groups) this.#count(group.tasks, 0, 0);
    return { ...this.#result(), commits: 0 };
  }

  #result(): CompactResult {
    return {
      table: this.#table,
      rewrittenFiles: this.#rewrittenFiles,
      addedFiles: this.#addedFiles,
      rewrittenBytes: this.#rewrittenBytes,
      addedBytes: this.#addedBytes,
      removedDeleteFiles: this.#removedDeleteFiles,
      commits: this.#commits,
      failedGroups: this.#failed,
    };
  }

  /** One commit. Where others got in the way, what they left of its groups is written anew on the newest table. */
  async #compactBatch(batch: readonly FileGroup[], progress: (group: FileGroup) => void): Promise<void> {
    let left: readonly FileGroup[] = batch;
    for (let round = 1; left.length > 0; round++) {
      try {
        await this.#rewriteAndCommit(left, round === 1 ? progress : () => undefined);
        return;
      } catch (error) {
        if (isConflict(error) && round < ROUNDS) {
          this.#table = await this.#table.refresh({ signal: this.#options.signal });
          left = await this.#stillLive(left.filter((group) => !this.#givenUp.has(group)));
          continue;
        }
        if (this.#options.partialProgress !== true || !isOfGroup(error)) throw error;
        for (const group of left) if (!this.#givenUp.has(group)) this.#failed.push(failedGroup(group, error));
        this.#table = await this.#table.refresh({ signal: this.#options.signal });
        return;
      }
    }
  }

  async #rewriteAndCommit(groups: readonly FileGroup[], progress: (group: FileGroup) => void): Promise<void> {
    const { io, runtime } = this.#source;
    const table = this.#table;
    const head = branchHead(table, branchOption(this.#options))!;
    const { signal } = this.#options;
    const prefix = versionFourUuid(runtime.randomBytes(16));
    const ledger = new FileLedger({ io, prefix, runtime, signal });
    const transaction = new TableTransaction(table, this.#source, this.#transactionOptions(table));
    try {
      const done: { group: FileGroup; added: Awaited<ReturnType<typeof rewriteGroup>> }[] = [];
      for (const group of groups) {
        const added = await this.#rewrite(group, { table, io, ledger });
        if (added !== null) done.push({ group, added });
        progress(group);
      }
      if (done.length === 0) return;
      const replaced = done.flatMap(({ group }) => group.tasks);
      const added = done.flatMap((item) => item.added);
      transaction.replaceFiles({ replaced, added, dataSequenceNumber: this.#sequenceNumber(head) });
      this.#table = (await transaction.commit()).table;
      this.#count(
        replaced,
        added.length,
        added.reduce((total, file) => total + Number(file.fileSizeInBytes), 0),
      );
    } catch (error) {
      // Where it is not known whether the commit was made, the files may be part of the table.
      if (!isUnknown(error)) await ledger.discard();
      throw error;
    }
  }

  /** Deletes up to here are applied in the new files, and readers who have come as far do not read them. */
  #sequenceNumber(head: Snapshot): bigint {
    const { readUpTo } = this.#options;
    return readUpTo !== undefined && readUpTo < head.sequenceNumber ? readUpTo : head.sequenceNumber;
  }

  /** `null` where the group failed and the others go on. */
  async #rewrite(group: FileGroup, target: Pick<GroupRewrite, 'table' | 'io' | 'ledger'>) {
    throwIfAborted(this.#options.signal);
    try {
      return await rewriteGroup(group, {
        ...target,
        fileBytes: outputBytes(group.bytes, this.#settings),
        sort: sortOf(target.table, this.#options),
        signal: this.#options.signal,
      });
    } catch (error) {
      if (this.#options.partialProgress !== true || !isOfGroup(error)) throw error;
      this.#givenUp.add(group);
      this.#failed.push(failedGroup(group, error));
      return null;
    }
  }

  #count(replaced: readonly FileScanTask[], addedFiles: number, addedBytes: number): void {
    const deletes = new Set(replaced.flatMap(scopedDeletes).map(({ file }) => fileKey(file)));
    this.#commits++;
    this.#rewrittenFiles += replaced.length;
    this.#rewrittenBytes += replaced.reduce((total, task) => total + fileBytes(task), 0);
    this.#addedFiles += addedFiles;
    this.#addedBytes += addedBytes;
    this.#removedDeleteFiles += deletes.size;
  }

  /** Live data files that the filter leaves, with every delete that applies to them, whatever the filter. */
  async #tasks(filtered = true): Promise<FileScanTask[]> {
    const { signal, filter, readUpTo } = this.#options;
    const request = {
      io: this.#source.io,
      metadata: this.#table.metadata,
      snapshot: branchHead(this.#table, branchOption(this.#options)),
      residual: { op: 'true' as const },
      ...(signal === undefined ? {} : { signal }),
    };
    const all = await planScan({ ...request, filter: { op: 'true' } });
    const tasks =
      readUpTo === undefined ? all : all.filter(({ dataFile }) => dataFile.dataSequenceNumber <= readUpTo);
    if (filter === undefined || !filtered) return tasks;
    const matching = await planScan({ ...request, filter: bindExpression(filter, this.#table.schema()) });
    const paths = new Set(matching.map(({ dataFile }) => dataFile.file.filePath));
    return tasks.filter(({ dataFile }) => paths.has(dataFile.file.filePath));
  }

  /** The groups as they are in the newest table; files that others have replaced are their business. */
  async #stillLive(groups: readonly FileGroup[]): Promise<FileGroup[]> {
    const live = new Map((await this.#tasks(false)).map((task) => [task.dataFile.file.filePath, task]));
    return groups
      .map((group) => {
        const tasks = group.tasks.flatMap((task) => live.get(task.dataFile.file.filePath) ?? []);
        return { tasks, bytes: tasks.reduce((total, task) => total + fileBytes(task), 0) };
      })
      .filter((group) => group.tasks.length > 0);
  }

  async #removeDanglingDeletes(): Promise<void> {
    const { io } = this.#source;
    const { signal } = this.#options;
    for (let round = 1; ; round++) {
      const table = this.#table;
      const removedDeletes = await danglingDeletes(table, branchHead(table, branchOption(this.#options)), {
        io,
        signal,
      });
      if (removedDeletes.length === 0) return;
      const transaction = new TableTransaction(table, this.#source, this.#transactionOptions(table));
      transaction.replaceFiles({ replaced: [], removedDeletes, added: [], dataSequenceNumber: 0n });
      try {
        this.#table = (await transaction.commit()).table;
        this.#commits++;
        this.#removedDeleteFiles += removedDeletes.length;
        return;
      } catch (error) {
        // They do no harm but to speed; the next compaction looks for them again.
        if (!isConflict(error)) throw error;
        this.#table = await table.refresh({ signal });
        if (round === ROUNDS) return;
      }
    }
  }

  /**
   * Deletes are applied for good, so that the branch must not have gone back behind the snapshot that had them: after a
   * rollback the rows are live again.
   */
  #transactionOptions(base: Table): TransactionOptions {
    const { signal, retries, summary, check: alsoCheck } = this.#options;
    const branch = branchOption(this.#options);
    const head = branchHead(base, branch)!.snapshotId;
    const check = (fresh: Table): void => {
      const now = branchHead(fresh, branch)?.snapshotId ?? null;
      if (now === head) return;
      if (now === null || !fresh.ancestors(now).some((snapshot) => snapshot.snapshotId === head))
        throw conflict(fresh, 'it was rolled back, or its snapshots since have expired');
    };
    return {
      ...branch,
      check: (fresh) => {
        check(fresh);
        alsoCheck?.(fresh);
      },
      ...(summary === undefined ? {} : { summary }),
      ...(signal === undefined ? {} : { signal }),
      ...(retries === undefined ? {} : { retries }),
    };
  }

  #progress(groups: readonly FileGroup[]): (group: FileGroup) => void {
    const bytes = groups.reduce((total, group) => total + group.bytes, 0);
    let groupsDone = 0;
    let bytesDone = 0;
    return (group) => {
      groupsDone++;
      bytesDone += group.bytes;
      this.#options.onProgress?.({ groupsDone, groups: groups.length, bytesDone, bytes });
    };
  }
}

function branchOption({ branch }: CompactOptions): { branch?: string } {
  return branch === undefined ? {} : { branch };
}

/** What to sort by, with the id of the table's order that is the same, 0 for none. */
function sortOf(table: Table, { strategy = 'bin-pack', sortBy }: CompactOptions): GroupRewrite['sort'] {
  checkChoice('strategy', strategy, ['bin-pack', 'sort']);
  const schema = table.schema();
  const { sortOrders, defaultSortOrderId } = table.metadata;
  if (strategy === 'bin-pack') {
    if (sortBy === undefined) return null;
    throw invalid('sortBy is for the strategy "sort"; with "bin-pack" rows keep their order.');
  }
  const wanted =
    sortBy === undefined
      ? sortOrders.find((order) => order.orderId === defaultSortOrderId)
      : parseSortBy(schema, sortBy);
  if (wanted === undefined || wanted.fields.length === 0)
    throw invalid(
      `There is nothing to sort by: give sortBy, as the table at ${table.location} has no sort order.`,
    );
  const orderId = sortOrders.find((order) => isSameOrder(order, wanted))?.orderId ?? 0;
  return { keys: sortKeys(schema, wanted), orderId };
}

function invalid(message: string): IcebergError {
  return new IcebergError(message, { code: 'INVALID_ARGUMENT' });
}

function failedGroup({ tasks }: FileGroup, error: unknown): FailedGroup {
  return { error, files: tasks.map(({ dataFile }) => dataFile.file.filePath) };
}

function isConflict(error: unknown): boolean {
  return error instanceof IcebergError && error.code === 'COMMIT_CONFLICT';
}

function isUnknown(error: unknown): boolean {
  return error instanceof IcebergError && error.code === 'COMMIT_STATE_UNKNOWN';
}

/** Whether an error is one group's own: the caller's abort and a lost answer end the work. */
function isOfGroup(error: unknown): boolean {
  return !isUnknown(error) && !(error instanceof IcebergError && error.code === 'ABORTED');
}
