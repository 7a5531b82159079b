import { IcebergError } from '../error.js';
import { type DataFile, fileKey } from '../manifest/data-file.js';
import { orderIdFor, schemaIdFor, specIdFor } from '../metadata/apply-definitions.js';
import { applyDefinitions } from '../metadata/apply-updates.js';
import { versionFourUuid } from '../metadata/create-metadata.js';
import { requirementsFor } from '../metadata/requirements-for.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableUpdate } from '../metadata/update.js';
import { planScan } from '../scan/plan-scan.js';
import { NAME_MAPPING_PROPERTY } from '../schema/name-mapping.js';
import type { SnapshotRef } from '../snapshot/snapshot.js';
import type { Table } from '../table/table.js';
import type { CommitOptions } from '../transaction/commit-metadata.js';
import { commitWithRetries, type StagedCommit } from '../transaction/commit-with-retries.js';
import { FileLedger } from '../transaction/file-ledger.js';
import { mergeManifests } from '../transaction/merge-manifests.js';
import { type ManifestContext, prepareManifests } from '../transaction/prepare-manifests.js';
import { RewrittenManifests } from '../transaction/rewritten-manifests.js';
import { conflict } from '../transaction/stage-metadata.js';
import { stageSnapshot } from '../transaction/stage-snapshot.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import type { CommitResult, PropertyChanges, WrittenSnapshot } from '../transaction/transaction-types.js';
import { allPropertyUpdates } from './table-state.js';

/** How a table is replaced. */
export interface ReplaceOptions extends CommitOptions {
  /** A tag that keeps the content before; expiry takes it after so many milliseconds. Default: none. */
  keepAs?: { readonly tag: string; readonly forMs: number };
  /** Entries of the snapshot summary. Default: those of the replacement's newest snapshot, without its counts. */
  summary?: Readonly<Record<string, string>>;
  /** Changes of the replacement's properties, which the table gets. Called per attempt. */
  properties?: (written: WrittenSnapshot) => PropertyChanges;
  /** Runs on the refreshed table at every attempt; what it throws ends the commit without retry. */
  check?: (fresh: Table) => void;
}

/** The content of a replacement, as the table is to have it. */
interface Content {
  readonly data: readonly DataFile[];
  readonly deletes: readonly DataFile[];
}

/** See `Table.replaceWith`. */
export async function replaceTable(
  table: Table,
  source: TransactionSource,
  staged: Table,
  options: ReplaceOptions,
): Promise<CommitResult> {
  const snapshotId = checkReplacement(table, staged);
  const done = (await table.refresh({ signal: options.signal })).metadata.currentSnapshotId === snapshotId;
  const { io, runtime } = source;
  const ledger = new FileLedger({
    io,
    prefix: versionFourUuid(runtime.randomBytes(16)),
    runtime,
    signal: options.signal,
  });
  const definitions = newDefinitions(table.metadata, staged.metadata);
  const defined = applyDefinitions(table.metadata, definitions);
  const context: ManifestContext = {
    io,
    ledger,
    metadata: defined,
    formatVersion: defined.formatVersion,
    runtime,
    schema: staged.schema(),
  };
  const content: Content = done ? { data: [], deletes: [] } : await contentOf(staged, source, defined);
  const manifests = [
    ...(await prepareManifests(content.data, context)),
    ...(await prepareManifests(content.deletes, context)),
  ];
  let list: string | null = null;
  const stage = async (fresh: Table, attempt: number): Promise<StagedCommit | null> => {
    if (fresh.metadata.currentSnapshotId === snapshotId) return null;
    options.check?.(fresh);
    requireSame(table, fresh);
    const snapshot = await stageSnapshot({
      fresh,
      parent: null,
      snapshotId,
      attempt,
      schemaId: defined.currentSchemaId,
      manifests,
      changes: { addedData: content.data, addedDeletes: content.deletes, removed: [], replaces: false },
      removed: new Map(),
      summary: options.summary ?? inheritedSummary(staged),
      context,
      arrangeManifests: mergeManifests,
      cache: new RewrittenManifests(),
    });
    list = snapshot.manifestList;
    const written = { snapshotId, sequenceNumber: snapshot.sequenceNumber };
    const updates: TableUpdate[] = [
      ...definitions,
      ...tagUpdates(fresh, options, runtime.now()),
      ...allPropertyUpdates(fresh.metadata, propertiesOf(staged, options.properties?.(written) ?? {})),
      { action: 'add-snapshot', snapshot },
      {
        action: 'set-snapshot-ref',
        refName: 'main',
        ref: { ...fresh.metadata.refs['main'], snapshotId, type: 'branch' },
      },
    ];
    return {
      requirements: requirementsFor(fresh.metadata, updates),
      updates,
      baseLocation: fresh.metadataLocation,
    };
  };
  const { table: replaced, attempts } = await commitWithRetries({
    catalog: source.catalog,
    runtime,
    table,
    isThere: (fresh) => fresh.metadata.currentSnapshotId === snapshotId,
    adds: { snapshotId },
    retries: options.retries ?? runtime.retry.retries,
    signal: options.signal,
    stage,
    tableAt: source.tableAt,
    discardAttempt: async () => {
      if (list !== null) await ledger.discard([list]);
    },
    discardAll: () => ledger.discard(),
  });
  const { sequenceNumber } = replaced.snapshot(snapshotId);
  return { table: replaced, snapshotId, sequenceNumber, attempts };
}

/** Gives the id that the table's new snapshot will have: that of the replacement's newest. */
function checkReplacement(table: Table, staged: Table): bigint {
  const head = staged.metadata.currentSnapshotId;
  const wrong =
    staged.uuid !== table.uuid
      ? `was made for the table with uuid ${staged.uuid}`
      : head === null
        ? 'has no snapshot yet'
        : staged.metadata.formatVersion !== table.metadata.formatVersion
          ? `has format version ${staged.metadata.formatVersion} and the table ${table.metadata.formatVersion}`
          : null;
  if (wrong === null) return head!;
  throw new IcebergError(
    `The table at ${table.location}, uuid ${table.uuid}, cannot be replaced by the one at ${staged.location}: that one ${wrong}.`,
    { code: 'INVALID_ARGUMENT', context: { table: table.identifier, replacement: staged.location } },
  );
}

/** Nothing that the replacement was made for, and nothing that it takes away, may have changed. */
function requireSame(table: Table, fresh: Table): void {
  const [before, now] = [table.metadata, fresh.metadata];
  if (now.tableUuid !== before.tableUuid) throw conflict(fresh, 'it was dropped and created again');
  if (now.currentSnapshotId !== before.currentSnapshotId)
    throw conflict(fresh, 'another commit has changed the content that is to be replaced');
  const ids = (metadata: TableMetadata): string =>
    [
      metadata.lastColumnId,
      metadata.currentSchemaId,
      metadata.defaultSpecId,
      metadata.lastPartitionId,
    ].join();
  if (ids(now) !== ids(before))
    throw conflict(fresh, 'another commit has changed the schema or partitioning that is to be replaced');
}

/** Updates that give the table the replacement's schema, partitioning and order; those are new to it. */
function newDefinitions(base: TableMetadata, staged: TableMetadata): TableUpdate[] {
  const schema = staged.schemas.find(({ schemaId }) => schemaId === staged.currentSchemaId)!;
  const spec = staged.partitionSpecs.find(({ specId }) => specId === staged.defaultSpecId)!;
  const order = staged.sortOrders.find(({ orderId }) => orderId === staged.defaultSortOrderId) ?? {
    orderId: 0,
    fields: [],
  };
  const least = Math.min(...schema.fields.map(({ id }) => id));
  const known = schemaIdFor(base, schema);
  if (least <= base.lastColumnId && !known.present) {
    throw new IcebergError(
      `The table at ${base.location} has given field ids up to ${base.lastColumnId}, and its replacement was made with ids from ${least} on: another commit has added columns since. Make the replacement anew.`,
      { code: 'COMMIT_CONFLICT', context: { lastColumnId: base.lastColumnId, least } },
    );
  }
  const partitioning = specIdFor(base, spec);
  const sorting = orderIdFor(base, order);
  return [
    ...(known.present
      ? []
      : [
          {
            action: 'add-schema' as const,
            schema: { ...schema, schemaId: known.id },
            lastColumnId: staged.lastColumnId,
          },
        ]),
    { action: 'set-current-schema', schemaId: known.present ? known.id : -1 },
    ...(partitioning.present
      ? []
      : [{ action: 'add-spec' as const, spec: { ...spec, specId: partitioning.id } }]),
    { action: 'set-default-spec', specId: partitioning.present ? partitioning.id : -1 },
    ...(sorting.present
      ? []
      : [{ action: 'add-sort-order' as const, sortOrder: { ...order, orderId: sorting.id } }]),
    { action: 'set-default-sort-order', sortOrderId: sorting.present ? sorting.id : -1 },
  ];
}

/** The live files of the replacement, as new ones of the table. Their deletes apply to them still. */
async function contentOf(staged: Table, { io }: TransactionSource, defined: TableMetadata): Promise<Content> {
  const tasks = await planScan({
    io,
    metadata: staged.metadata,
    snapshot: staged.currentSnapshot(),
    filter: { op: 'true' },
    residual: { op: 'true' },
  });
  const deletes = new Map(
    tasks.flatMap(({ deleteFiles }) => deleteFiles.map(({ file }) => [fileKey(file), file] as const)),
  );
  const files = [...tasks.map(({ dataFile }) => dataFile.file), ...deletes.values()];
  const unfit = files.find(
    ({ content, specId }) => content === 'equality-deletes' || specId !== staged.metadata.defaultSpecId,
  );
  if (unfit !== undefined) {
    throw new IcebergError(
      `The file ${unfit.filePath} of the replacement ${unfit.content === 'equality-deletes' ? 'deletes rows by equality, which depends on the order of commits' : `has partition spec ${unfit.specId}, not its newest`}: compact the replacement first.`,
      { code: 'INVALID_ARGUMENT', context: { file: unfit.filePath } },
    );
  }
  const asNew = ({ firstRowId: _row, sortOrderId, ...file }: DataFile): DataFile => ({
    ...file,
    specId: defined.defaultSpecId,
    ...(sortOrderId === undefined ? {} : { sortOrderId: sortOrderId === 0 ? 0 : defined.defaultSortOrderId }),
  });
  return {
    data: tasks.map(({ dataFile }) => asNew(dataFile.file)),
    deletes: Array.from(deletes.values(), asNew),
  };
}

/** Counts are the new snapshot's own. */
const COUNTS = /^(?:added|deleted|removed|total|changed)-/;

function inheritedSummary(staged: Table): Record<string, string> {
  const { summary } = staged.currentSnapshot()!;
  return Object.fromEntries(Object.entries(summary).filter(([key]) => !COUNTS.test(key)));
}

function propertiesOf(staged: Table, changes: PropertyChanges): Record<string, string> {
  const { [NAME_MAPPING_PROPERTY]: _ids, ...properties } = staged.properties;
  const entries = Object.entries({ ...properties, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The age of a ref is that of its snapshot: what it had already is added to what it is to have. */
function tagUpdates(fresh: Table, { keepAs }: ReplaceOptions, now: number): TableUpdate[] {
  const head = fresh.currentSnapshot();
  if (head === null || keepAs === undefined) return [];
  const ref: SnapshotRef = {
    type: 'tag',
    snapshotId: head.snapshotId,
    maxRefAgeMs: Math.max(0, now - head.timestampMs) + keepAs.forMs,
  };
  return [{ action: 'set-snapshot-ref', refName: keepAs.tag, ref }];
}
