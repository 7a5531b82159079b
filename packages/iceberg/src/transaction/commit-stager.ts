import { writePositionDeletes } from '../delete/write-position-deletes.js';
import { IcebergError } from '../error.js';
import type { PreparedManifest } from '../manifest/manifest-file.js';
import type { TableRequirement } from '../metadata/requirement.js';
import { planScan } from '../scan/plan-scan.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table, TableSource } from '../table/table.js';
import type { StagedCommit } from './commit-with-retries.js';
import type { FileLedger } from './file-ledger.js';
import { findKeyRows } from './find-key-rows.js';
import { MergeCache } from './merge-manifests.js';
import { type ManifestContext, prepareManifests } from './prepare-manifests.js';
import type { PreparedChanges } from './prepared-changes.js';
import { conflict, propertyUpdates, stageSchema } from './stage-metadata.js';
import { stageSnapshot } from './stage-snapshot.js';
import type { PropertyChanges, TransactionOptions } from './transaction-types.js';

/** Stages prepared changes on whatever the newest version of the table is, once per attempt. */
export class CommitStager {
  readonly #changes: PreparedChanges;
  readonly #source: TableSource;
  readonly #options: TransactionOptions;
  readonly #ledger: FileLedger;
  readonly #snapshotId: bigint;
  readonly #mergeCache = new MergeCache();
  #manifests: PreparedManifest[] = [];
  #stagedList: string | null = null;

  constructor(parts: {
    changes: PreparedChanges;
    source: TableSource;
    options: TransactionOptions;
    ledger: FileLedger;
    snapshotId: bigint;
  }) {
    this.#changes = parts.changes;
    this.#source = parts.source;
    this.#options = parts.options;
    this.#ledger = parts.ledger;
    this.#snapshotId = parts.snapshotId;
  }

  /** Writes the manifests, once for all attempts. */
  async prepare(base: Table): Promise<void> {
    this.#manifests = await prepareManifests(
      [...this.#changes.dataFiles, ...this.#changes.deleteFiles],
      this.#context(base),
    );
  }

  /** Validates the changes against the newest table and writes what this attempt alone needs. `null`: nothing to do. */
  async stage(fresh: Table, attempt: number): Promise<StagedCommit | null> {
    this.#options.check?.(fresh);
    const requirements: TableRequirement[] = [
      { type: 'assert-table-uuid', uuid: this.#source.metadata.tableUuid },
    ];
    if (fresh.uuid !== this.#source.metadata.tableUuid)
      throw conflict(fresh, 'it was dropped and created again');
    const schema = stageSchema(fresh, this.#changes);
    await this.#validateFiles(fresh);
    const snapshot = await this.#stageSnapshot(fresh, attempt, schema.schemaId);
    const properties = this.#propertyChanges(snapshot);
    const updates = [...schema.updates, ...propertyUpdates(properties)];
    if (snapshot !== null) {
      requirements.push({
        type: 'assert-ref-snapshot-id',
        ref: 'main',
        snapshotId: snapshot.parentSnapshotId,
      });
      updates.push(
        { action: 'add-snapshot', snapshot },
        {
          action: 'set-snapshot-ref',
          refName: 'main',
          ref: { ...fresh.metadata.refs['main'], snapshotId: snapshot.snapshotId, type: 'branch' },
        },
      );
    }
    if (updates.length === 0) return null;
    return {
      requirements: [...requirements, ...schema.requirements],
      updates,
      // What a check has seen of the table must still be so when the commit is made.
      ...(this.#options.check === undefined ? {} : { baseLocation: fresh.metadataLocation }),
    };
  }

  /** Deletes the manifest list of the attempt that was rejected. */
  async discardAttempt(): Promise<void> {
    if (this.#stagedList !== null) await this.#ledger.discard([this.#stagedList]);
    this.#stagedList = null;
  }

  /** Deletes what earlier attempts wrote and the successful one did not need. */
  async discardUnused(): Promise<void> {
    await this.#ledger.discard(this.#mergeCache.unused());
  }

  /**
   * Data files that positions refer to must still be live, and data files that appeared since the keys were looked for
   * are searched too: an upsert ends as if it had begun after every commit before it.
   */
  async #validateFiles(fresh: Table): Promise<void> {
    const { requiredFiles, keyWork } = this.#changes;
    if (requiredFiles.size === 0 && keyWork.length === 0) return;
    const tasks = await this.#liveFiles(fresh);
    this.#requireFiles(fresh, tasks);
    const ancestors = new Set(fresh.ancestors().map((snapshot) => snapshot.snapshotId));
    for (const work of keyWork) {
      const { keys, searched } = work;
      // After a rollback rows may be live again in files that were searched when they were not.
      if (work.searchedAt !== null && !ancestors.has(work.searchedAt)) searched.clear();
      work.searchedAt = fresh.metadata.currentSnapshotId;
      const unseen = tasks.filter((task) => !searched.has(task.dataFile.file.filePath));
      if (unseen.length === 0) continue;
      const found = await findKeyRows(unseen, keys, {
        io: this.#source.io,
        metadata: fresh.metadata,
        signal: this.#options.signal,
      });
      const files = await writePositionDeletes(found, {
        io: this.#source.io,
        uniqueName: this.#ledger.uniqueName,
        onFile: this.#ledger.record,
      });
      this.#changes.deleteFiles.push(...files);
      this.#manifests.push(...(await prepareManifests(files, this.#context(fresh))));
      for (const task of unseen) searched.add(task.dataFile.file.filePath);
    }
  }

  /**
   * Data files of which rows are deleted by position must be live. Where rows are also added, which may be new versions
   * of the deleted ones, nobody may have deleted from these files since: two writers would add a new version each.
   */
  #requireFiles(fresh: Table, tasks: readonly FileScanTask[]): void {
    const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task.deleteFiles]));
    for (const [path, known] of this.#changes.requiredFiles) {
      const deletes = live.get(path);
      if (deletes === undefined)
        throw conflict(fresh, `the data file ${path}, of which rows are to be deleted, is no longer live`);
      if (this.#changes.dataFiles.length > 0 && deletes.some((entry) => !known.has(entry.file.filePath)))
        throw conflict(fresh, `another commit has deleted rows of the data file ${path}, as this one does`);
    }
  }

  #liveFiles(fresh: Table): Promise<FileScanTask[]> {
    return planScan({
      io: this.#source.io,
      metadata: fresh.metadata,
      snapshot: fresh.currentSnapshot(),
      filter: { op: 'true' },
      residual: { op: 'true' },
    });
  }

  async #stageSnapshot(fresh: Table, attempt: number, schemaId: number): Promise<Snapshot | null> {
    const { dataFiles, deleteFiles } = this.#changes;
    if (dataFiles.length === 0 && deleteFiles.length === 0 && this.#options.emptySnapshot !== true)
      return null;
    const snapshot = await stageSnapshot({
      fresh,
      snapshotId: this.#snapshotId,
      attempt,
      schemaId,
      manifests: this.#manifests,
      dataFiles,
      deleteFiles,
      summary: this.#options.summary ?? {},
      context: this.#context(fresh),
      mergeCache: this.#mergeCache,
    });
    this.#stagedList = snapshot.manifestList;
    return snapshot;
  }

  #propertyChanges(snapshot: Snapshot | null): PropertyChanges {
    const { properties = {} } = this.#options;
    if (typeof properties !== 'function') return { ...this.#changes.properties, ...properties };
    if (snapshot === null) {
      throw new IcebergError(
        'The properties of this commit depend on its snapshot, but it adds none; set emptySnapshot to add one all the same.',
        { code: 'INVALID_ARGUMENT' },
      );
    }
    const { snapshotId, sequenceNumber } = snapshot;
    return { ...this.#changes.properties, ...properties({ snapshotId, sequenceNumber }) };
  }

  #context(table: Table): ManifestContext {
    return {
      io: this.#source.io,
      ledger: this.#ledger,
      metadata: table.metadata,
      runtime: this.#source.runtime,
      schema: this.#changes.schema,
    };
  }
}
