import type { TopicContract } from '@lean-ops/core';
import type { RowMode, Snapshot, Table, Transaction } from '@lean-ops/iceberg';
import { type KeySource, keySource } from '../dedup/merge-key.js';
import { type DriftEntry, DriftLog, fieldDrift } from '../drift/drift.js';
import { renamedFields } from '../drift/renamed-fields.js';
import { planEvolution } from '../evolve/plan-evolution.js';
import { Flattener } from '../flatten/flattener.js';
import type { ColumnPath } from '../flatten/types.js';
import { driftEntries } from '../ops/entries.js';
import { count, type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { type OrderPlan, orderPlan } from '../order/order-plan.js';
import { formatPath, parsePath } from '../path/json-path.js';
import { loadPayloadHash, type PayloadHash } from '../payload-hash.js';
import { refuseOtherLayout, tableLayout } from '../tables/layout.js';
import { RESERVED_NAMES } from '../tables/own-columns.js';
import { KEYS } from '../tables/properties.js';
import { columnPaths, columnPathsProperty } from '../tables/standardized-table.js';
import { contractPaths } from '../validate/contract-paths.js';
import { commitOptions } from '../watermark/commit-options.js';
import type { SideTable } from '../watermark/side-table.js';
import { rowsBetween } from '../watermark/source-range.js';
import type { Watermark } from '../watermark/watermark.js';
import type { BatchPlan } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import { carriedRows } from './carry-over.js';
import { type CollectedVersions, collectVersions } from './collect-versions.js';
import { type KeyHistoryOptions, keyHistory } from './key-history.js';
import { ParseErrorWriter } from './parse-error-writer.js';
import { type MergePlan, planMerge } from './plan-merge.js';
import { RawRange, type RowSource, withHistory } from './raw-range.js';
import type { RunMarks } from './standardized-rows.js';
import { writeWinners } from './write-winners.js';

/** One commit of Standardized: RAW from a watermark up to a snapshot. */
export interface StandardizeStep {
  readonly raw: Table;
  readonly target: Table;
  readonly side: SideTable;
  readonly from: Watermark | null;
  readonly to: Snapshot;
  readonly contract: TopicContract | null;
  /** Who looks into the batches. */
  readonly pool: BatchPool;
  /** False when the side table has these rows already. */
  readonly writeSide: boolean;
  /** What to decide again, in place of new rows. */
  readonly again?: DecidedAgain;
}

/** Merge keys that are decided again with everything that RAW has of them. */
interface DecidedAgain {
  readonly mergeKeys: ReadonlySet<string>;
  /** Snapshot of the side table that has the errors which are no errors any more. */
  readonly sideSnapshotId: bigint;
}

export interface StepResult {
  readonly table: Table;
  readonly watermark: Watermark;
  readonly rowsRead: number;
  readonly copies: number;
  readonly superseded: number;
  readonly parseErrors: number;
  readonly inserted: number;
  readonly updated: number;
  readonly columnsAdded: number;
}

/** What a step works with, derived once from the contract. */
export interface StepPlan {
  readonly key: KeySource;
  readonly order: OrderPlan;
  readonly payloadHash: PayloadHash;
  readonly flattener: Flattener;
  readonly drift: DriftLog;
  readonly range: RowSource;
  readonly batchPlan: BatchPlan;
  readonly to: Watermark;
  readonly marks: RunMarks;
}

/** Reads, merges, writes the side table, and commits rows and watermark as one. */
export async function standardizeStep(context: RunContext, step: StandardizeStep): Promise<StepResult> {
  refuseOtherLayout(step.target, step.contract);
  const plan = await stepPlan(context, step);
  const { signal, deleteMode } = context.options;
  const { key, order, payloadHash, flattener, drift } = plan;
  const { pool, again } = step;
  const { cacheBytes } = context;
  await pool.begin(plan.batchPlan);
  const read = await collectVersions({
    batches: plan.range.batches(),
    expected: again === undefined ? rowsBetween(step.raw, step.from, step.to) : 0,
    pool,
    cacheBytes,
    key,
    order,
    payloadHash,
    contract: step.contract,
    drift,
    signal,
  });
  const { range, collected, merge } = await mergeRange(step, plan, read, { cacheBytes, signal });
  const errors = new ParseErrorWriter(context, step, { ...plan, versions: collected.versions });
  const transaction = step.target.transaction(
    commitOptions({
      table: step.target,
      sourceUuid: step.raw.uuid,
      from: step.from,
      to: plan.to,
      fencingToken: context.options.fencingToken,
      summary: () => runSummary(context, figures(step, plan, read, merge), step.contract?.version ?? null),
      properties: () => ({
        [KEYS.columnPaths]: columnPathsProperty(flattener.columns),
        ...(again === undefined ? {} : { [KEYS.reviewedParseErrors]: String(again.sideSnapshotId) }),
      }),
      signal,
    }),
  );
  try {
    await prepare(step, { ...plan, range }, { collected, merge, transaction, signal, deleteMode });
    await logDrift(context, step, plan, { collected: read, merge });
    const { malformed, versions } = collected;
    if (step.writeSide) await errors.commit(malformed.standing(versions, { range, payloadHash }));
    await context.at('standardized:before-commit');
  } catch (error) {
    await errors.abort();
    await transaction.abort();
    throw error;
  }
  const { table } = await transaction.commit();
  await context.at('standardized:after-commit');
  return report(context, { step, plan, collected: read, merge, table, parseErrors: errors.written });
}

interface MergedRange {
  readonly range: RowSource;
  readonly collected: CollectedVersions;
  readonly merge: MergePlan;
}

/** Decides every key; those that need it are decided again with everything that RAW has of them. */
async function mergeRange(
  step: StandardizeStep,
  plan: StepPlan,
  read: CollectedVersions,
  { cacheBytes, signal }: { cacheBytes: number; signal: AbortSignal | undefined },
): Promise<MergedRange> {
  const { key, order, payloadHash, flattener, range } = plan;
  const decided = step.again?.mergeKeys ?? new Set();
  const merge = await planMerge(step, plan, read, { complete: decided, signal });
  if (merge.demoted.length === 0) return { range, collected: read, merge };
  const complete = new Set(merge.demoted);
  const { raw, to } = step;
  const { snapshotId } = to;
  const history = await keyHistory({ raw, snapshotId, key, mergeKeys: complete, flattener, signal });
  const widened = withHistory(history, range);
  await step.pool.begin(plan.batchPlan);
  const collected = await collectVersions({
    batches: widened.batches(),
    pool: step.pool,
    cacheBytes,
    key,
    order,
    payloadHash,
    contract: step.contract,
    // What this range shows was logged when it was read the first time.
    drift: new DriftLog(),
    signal,
  });
  return { range: widened, collected, merge: await planMerge(step, plan, collected, { complete, signal }) };
}

async function stepPlan({ options }: RunContext, step: StandardizeStep): Promise<StepPlan> {
  const { raw, target, from, to, contract } = step;
  const { maxDepth, maxColumns } = tableLayout(contract);
  const key = keySource(contract);
  const order = orderPlan(contract);
  const columns = columnPaths(target);
  const governed = governedPaths(contract, key, order, maxDepth);
  const flattener = new Flattener({
    maxDepth,
    maxColumns,
    columns,
    reserved: RESERVED_NAMES,
    contractPaths: governed,
  });
  return {
    batchPlan: { maxDepth, maxColumns, columns, contractPaths: governed, contract },
    key,
    order,
    payloadHash: await loadPayloadHash(),
    flattener,
    drift: new DriftLog(),
    range:
      step.again === undefined
        ? new RawRange({ raw, from, to, signal: options.signal })
        : await historyOf(step, step.again.mergeKeys, { key, flattener, signal: options.signal }),
    to: { snapshotId: to.snapshotId, sequenceNumber: to.sequenceNumber },
    marks: {
      updatedAt: BigInt(options.clock.now()) * 1000n,
      schemaVersion: contract?.version ?? null,
      sourceSnapshotId: to.snapshotId,
    },
  };
}

async function historyOf(
  { raw, to: { snapshotId } }: StandardizeStep,
  mergeKeys: ReadonlySet<string>,
  how: Pick<KeyHistoryOptions, 'key' | 'flattener' | 'signal'>,
): Promise<RowSource> {
  const history = await keyHistory({ ...how, raw, snapshotId, mergeKeys });
  return withHistory(history, NOTHING_NEW);
}

const NOTHING_NEW: RowSource = { async *batches() {} };

/** Paths that never overflow: what the contract names, as deep as the table has columns. */
function governedPaths(
  contract: TopicContract | null,
  key: KeySource,
  order: OrderPlan,
  maxDepth: number,
): string[] {
  const payload = [
    ...(contract === null ? [] : contractPaths(contract)),
    ...(key.kind === 'path' ? [key.path] : []),
    ...order.paths,
  ];
  return [...new Set(payload.map((path) => formatPath(parsePath(path).slice(0, maxDepth))))];
}

interface Prepared {
  readonly collected: CollectedVersions;
  readonly merge: MergePlan;
  readonly transaction: Transaction;
  readonly signal: AbortSignal | undefined;
  readonly deleteMode: RowMode | undefined;
}

/** Rows of a batch that is read a second time: mostly because it has more columns than fit memory. */
const ROWS_AGAIN = 16_384;

/** Writes every data and delete file of the step; nothing of it is visible yet. */
async function prepare(
  step: StandardizeStep,
  plan: StepPlan,
  { collected, merge, transaction, signal, deleteMode }: Prepared,
): Promise<void> {
  const { range, flattener, payloadHash, marks, drift } = plan;
  await writeWinners({
    batches: () => range.batches(ROWS_AGAIN),
    collected,
    winners: merge.winners,
    pool: step.pool,
    flattener,
    payloadHash,
    transaction,
    marks,
    onDrift: ({ firstRow, ...entry }) => drift.add({ ...entry, row: firstRow }),
    signal,
  });
  if (merge.carried.length > 0)
    await transaction.append(carriedRows(step.target, merge.carried, { marks, signal }));
  if (merge.replaced.length > 0)
    await transaction.deletePositions(merge.replaced.deletes(), { mode: deleteMode });
}

async function logDrift(
  context: RunContext,
  { target, from }: StandardizeStep,
  { drift, flattener, to }: StepPlan,
  { collected, merge }: { collected: CollectedVersions; merge: MergePlan },
): Promise<void> {
  const { layer } = context;
  const { topic, runId, clock, outbox } = context.options;
  const reused = collected.versions.reusedMessageIds + merge.reusedMessageIds;
  if (reused > 0) drift.add({ kind: 'MESSAGE_ID_REUSED', row: 0, count: reused });
  const rows = merge.winners.versions.length;
  if (rows >= VANISHED_AFTER) {
    const vanished = flattener.vanished();
    const added = planEvolution(columnPaths(target), flattener.columns).add;
    for (const { name, path } of vanished)
      drift.add({ kind: 'FIELD_VANISHED', column: name, path, row: 0, count: rows });
    for (const { from: gone, to: come } of renamedFields(vanished, added)) {
      const { name: column, path } = come;
      drift.add({ kind: 'FIELD_RENAMED', column, path, sample: gone.path, row: 0, count: rows });
    }
  }
  const entries = withColumns(drift, flattener.columns);
  count(context, 'FieldDrift', fieldDrift(entries));
  const of = { topic, layer, runId, target, from, to, observedAt: clock.now() };
  await outbox.put(driftEntries(entries, of));
}

/** What was noted of a path before it had a column is said of that column, whenever its rows were looked into. */
function withColumns(drift: DriftLog, columns: readonly ColumnPath[]): DriftEntry[] {
  const names = new Map(columns.map(({ name, path }) => [path, name]));
  const settled = new DriftLog();
  for (const { firstRow: row, column, path, ...entry } of drift.take())
    settled.add({ ...entry, row, path, column: column ?? names.get(path ?? '') ?? null });
  return settled.take();
}

/** Rows of a run without any value for a column before the drift log says so. */
const VANISHED_AFTER = 100;

function figures(
  { raw, from }: StandardizeStep,
  { to }: StepPlan,
  { rows, versions, malformed }: CollectedVersions,
  merge: MergePlan,
): Record<string, string | number | null> {
  return {
    ...rangeFigures(raw, from, to),
    rows_read: rows,
    copies: versions.copies + merge.copies,
    superseded: merge.superseded,
    failed: malformed.versions,
    inserted: merge.inserted,
    updated: merge.updated,
    deleted: 0,
  };
}

interface Committed {
  readonly step: StandardizeStep;
  readonly plan: StepPlan;
  readonly collected: CollectedVersions;
  readonly merge: MergePlan;
  readonly table: Table;
  readonly parseErrors: number;
}

function report(context: RunContext, committed: Committed): StepResult {
  const { step, plan, collected, merge, table, parseErrors } = committed;
  const columnsAdded = planEvolution(columnPaths(step.target), plan.flattener.columns).add.length;
  const result = {
    rowsRead: collected.rows,
    copies: collected.versions.copies + merge.copies,
    superseded: merge.superseded,
    parseErrors,
    inserted: merge.inserted,
    updated: merge.updated,
    columnsAdded,
  };
  count(context, 'RowsRead', result.rowsRead);
  count(context, 'Copies', result.copies);
  count(context, 'Superseded', result.superseded);
  count(context, 'ParseErrors', result.parseErrors);
  context.logger.info('standardized', { ...result, to: plan.to.snapshotId });
  return { table, watermark: plan.to, ...result };
}
