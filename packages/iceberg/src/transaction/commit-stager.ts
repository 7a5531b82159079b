import { IcebergError } from '../error.js';
import type { DataFile } from '../manifest/data-file.js';
import type { PreparedManifest } from '../manifest/manifest-file.js';
import { requirePropertyTexts } from '../metadata/property-texts.js';
import type { TableRequirement } from '../metadata/requirement.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { snapshotById } from '../scan/select-snapshot.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import type { StagedCommit } from './commit-with-retries.js';
import type { FileLedger } from './file-ledger.js';
import { type ManifestContext, prepareManifests } from './prepare-manifests.js';
import { addedDeleteFiles, changesFiles, type PreparedChanges, removedEntries } from './prepared-changes.js';
import { RewrittenManifests } from './rewritten-manifests.js';
import { conflict, isDefined, propertyUpdates, stageDefinitions } from './stage-metadata.js';
import { stageSnapshot } from './stage-snapshot.js';
import type { TransactionSource } from './table-transaction.js';
import { branchHead, branchOf } from './target-branch.js';
import type { PropertyChanges, TransactionOptions } from './transaction-types.js';
import { validateChanges } from './validate-changes.js';

/** Stages prepared changes on whatever the newest version of the table is, once per attempt. */
export class CommitStager {
  readonly #changes: PreparedChanges;
  readonly #source: TransactionSource;
  readonly #options: TransactionOptions;
  readonly #ledger: FileLedger;
  readonly #snapshotId: bigint;
  readonly #rewritten = new RewrittenManifests();
  /** Manifests of the added data files, and of delete files, which validation may change. */
  #dataManifests: PreparedManifest[] = [];
  #deleteManifests: { files: readonly DataFile[]; manifests: PreparedManifest[] } = {
    files: [],
    manifests: [],
  };
  #unused: string[] = [];
  /** Head of the branch that the changes are known to fit. */
  #validatedAt: bigint | null;
  #stagedList: string | null = null;
  /** What the last attempt would have made of the table, besides its snapshot. */
  #staged: { metadata: TableMetadata; properties: PropertyChanges; addsSnapshot: boolean } | null = null;

  constructor(parts: {
    changes: PreparedChanges;
    base: Table;
    source: TransactionSource;
    options: TransactionOptions;
    ledger: FileLedger;
    snapshotId: bigint;
  }) {
    this.#changes = parts.changes;
    this.#source = parts.source;
    this.#options = parts.options;
    this.#ledger = parts.ledger;
    this.#snapshotId = parts.snapshotId;
    this.#validatedAt = branchHead(parts.base, parts.options)?.snapshotId ?? null;
  }

  /** Writes the manifests, once for all attempts. */
  async prepare(base: Table): Promise<void> {
    const { dataFiles, dataSequenceNumber } = this.#changes;
    this.#dataManifests = await prepareManifests(dataFiles, this.#context(base), dataSequenceNumber);
    await this.#prepareDeletes(base);
  }

  /** Validates the changes against the newest table and writes what this attempt alone needs. `null`: nothing to do. */
  async stage(fresh: Table, attempt: number): Promise<StagedCommit | null> {
    this.#options.check?.(fresh);
    const { restsOn } = this.#changes;
    if (restsOn !== null) snapshotById(fresh.metadata, restsOn);
    const { tableUuid: uuid } = this.#source.metadata;
    if (fresh.uuid !== uuid) throw conflict(fresh, 'it was dropped and created again');
    const definitions = stageDefinitions(fresh, this.#changes);
    const { metadata } = definitions;
    const { metadataLocation } = fresh;
    const defined =
      definitions.updates.length === 0 ? fresh : this.#source.tableAt({ metadata, metadataLocation });
    const head = branchHead(fresh, this.#options);
    await this.#validate(defined, head);
    const snapshot = await this.#stageSnapshot(defined, head, attempt, metadata.currentSchemaId);
    const properties = this.#propertyChanges(snapshot);
    this.#staged = { metadata, properties, addsSnapshot: snapshot !== null };
    const updates = [
      ...definitions.updates,
      ...propertyUpdates(properties),
      ...(restsOn === null ? [] : holdUpdates(restsOn)),
      ...this.#snapshotUpdates(fresh, snapshot),
    ];
    if (updates.length === 0) return null;
    const requirements: TableRequirement[] = [
      // Version 1 did not require a uuid.
      ...(uuid === '' ? [] : [{ type: 'assert-table-uuid' as const, uuid }]),
      ...this.#snapshotRequirements(snapshot),
      ...definitions.requirements,
    ];
    return {
      requirements,
      updates,
      // What a check has seen of the table must still be so when the commit is made.
      ...(this.#options.check === undefined ? {} : { baseLocation: fresh.metadataLocation }),
    };
  }

  /** Whether the changes are there: by their snapshot, or where they add none by what the table has become. */
  isThere({ metadata }: Table): boolean {
    if (this.#staged === null || this.#staged.addsSnapshot)
      return metadata.snapshots.some((snapshot) => snapshot.snapshotId === this.#snapshotId);
    return isDefined(metadata, this.#staged.metadata, this.#staged.properties);
  }

  /** Deletes the manifest list of the attempt that was rejected. */
  async discardAttempt(): Promise<void> {
    if (this.#stagedList !== null) await this.#ledger.discard([this.#stagedList]);
    this.#stagedList = null;
  }

  /** Deletes what was written along the way and the successful attempt did not need. */
  async discardUnused(): Promise<void> {
    const needed = new Set(
      [...this.#changes.dataFiles, ...addedDeleteFiles(this.#changes)].map((file) => file.filePath),
    );
    const written = this.#ledger.dataPaths().filter((path) => !needed.has(path));
    await this.#ledger.discard([...this.#rewritten.unused(), ...this.#unused, ...written]);
  }

  async #validate(fresh: Table, head: Snapshot | null): Promise<void> {
    const at = head?.snapshotId ?? null;
    if (at === this.#validatedAt) return;
    await validateChanges(this.#changes, {
      fresh,
      since: this.#validatedAt,
      head,
      io: this.#source.io,
      ledger: this.#ledger,
      signal: this.#options.signal,
    });
    await this.#prepareDeletes(fresh);
    this.#validatedAt = at;
  }

  /** Manifests of the delete files: further ones for new files, all anew where one is not to be added any more. */
  async #prepareDeletes(table: Table): Promise<void> {
    const files = addedDeleteFiles(this.#changes);
    const present = new Set(files);
    if (this.#deleteManifests.files.some((file) => !present.has(file))) {
      this.#unused.push(...this.#deleteManifests.manifests.map(({ path }) => path));
      this.#deleteManifests = { files: [], manifests: [] };
    }
    const done = new Set(this.#deleteManifests.files);
    const added = await prepareManifests(
      files.filter((file) => !done.has(file)),
      this.#context(table),
    );
    this.#deleteManifests = { files, manifests: [...this.#deleteManifests.manifests, ...added] };
  }

  async #stageSnapshot(
    fresh: Table,
    parent: Snapshot | null,
    attempt: number,
    schemaId: number,
  ): Promise<Snapshot | null> {
    if (!changesFiles(this.#changes) && this.#options.emptySnapshot !== true) return null;
    const removed = removedEntries(this.#changes);
    const { wapId } = this.#options;
    const snapshot = await stageSnapshot({
      fresh,
      parent,
      snapshotId: this.#snapshotId,
      attempt,
      schemaId,
      manifests: [...this.#dataManifests, ...this.#deleteManifests.manifests],
      changes: {
        addedData: this.#changes.dataFiles,
        addedDeletes: addedDeleteFiles(this.#changes),
        removed: Array.from(removed.values(), (entry) => entry.file),
        replaces: this.#changes.replaces,
      },
      removed,
      summary: { ...this.#options.summary, ...(wapId === undefined ? {} : { 'wap.id': wapId }) },
      context: this.#context(fresh),
      arrangeManifests: this.#changes.arrangeManifests,
      cache: this.#rewritten,
    });
    this.#stagedList = snapshot.manifestList;
    return snapshot;
  }

  #snapshotRequirements(snapshot: Snapshot | null): TableRequirement[] {
    if (snapshot === null || this.#options.stageOnly === true) return [];
    const ref = branchOf(this.#options);
    return [{ type: 'assert-ref-snapshot-id', ref, snapshotId: snapshot.parentSnapshotId }];
  }

  #snapshotUpdates(fresh: Table, snapshot: Snapshot | null): TableUpdate[] {
    if (snapshot === null) return [];
    const add: TableUpdate = { action: 'add-snapshot', snapshot };
    if (this.#options.stageOnly === true) return [add];
    const refName = branchOf(this.#options);
    const ref = {
      ...fresh.metadata.refs[refName],
      snapshotId: snapshot.snapshotId,
      type: 'branch' as const,
    };
    return [add, { action: 'set-snapshot-ref', refName, ref }];
  }

  #propertyChanges(snapshot: Snapshot | null): PropertyChanges {
    const { properties = {} } = this.#options;
    if (typeof properties !== 'function') return this.#withOptions(properties);
    if (snapshot === null) {
      throw new IcebergError(
        'The properties of this commit depend on its snapshot, but it adds none; set emptySnapshot to add one all the same.',
        { code: 'INVALID_ARGUMENT' },
      );
    }
    const { snapshotId, sequenceNumber } = snapshot;
    return this.#withOptions(properties({ snapshotId, sequenceNumber }));
  }

  #withOptions(properties: PropertyChanges): PropertyChanges {
    requirePropertyTexts(properties, { removals: true });
    return { ...this.#changes.properties, ...properties };
  }

  #context(table: Table): ManifestContext {
    return {
      io: this.#source.io,
      ledger: this.#ledger,
      metadata: table.metadata,
      formatVersion: this.#changes.formatVersion,
      runtime: this.#source.runtime,
      schema: this.#changes.schema,
    };
  }
}

/**
 * A tag set on a snapshot and taken away again, which leaves nothing behind: a catalog refuses it where the snapshot has
 * been expired meanwhile, and a REST catalog has no requirement that says so.
 */
function holdUpdates(snapshotId: bigint): TableUpdate[] {
  const refName = `lean-ops-hold-${snapshotId}`;
  return [
    { action: 'set-snapshot-ref', refName, ref: { type: 'tag', snapshotId } },
    { action: 'remove-snapshot-ref', refName },
  ];
}
