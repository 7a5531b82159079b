import type { TopicContract } from '@lean-ops/core';
import type { RowMode, Snapshot, Table, Transaction } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { DriftLog, fieldDrift } from '../drift/drift.js';
import { CurateError } from '../error.js';
import type { ColumnPath } from '../flatten/types.js';
import { driftEntries } from '../ops/entries.js';
import { count, type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { tableName } from '../tables/names.js';
import { Positions } from '../tables/positions.js';
import { FIRST_GENERATION, KEYS } from '../tables/properties.js';
import { columnPaths } from '../tables/standardized-table.js';
import { type CompiledContract, compileContract } from '../validate/compiled-contract.js';
import { commitOptions } from '../watermark/commit-options.js';
import type { SideTable } from '../watermark/side-table.js';
import type { Watermark } from '../watermark/watermark.js';
import { type CuratedLayout, checkGovernedColumns, curatedLayout } from './curated-table.js';
import type { CuratedMarks } from './error-row.js';
import { ErrorWriter } from './error-writer.js';
import { type EvaluateOptions, evaluate } from './evaluate.js';
import { type ReviewProgress, reviewMark } from './review-mark.js';
import { type SourceRows, sourceRows } from './source-rows.js';
import { isSpike } from './spike.js';
import { type StandingRow, standingErrors, standingRows } from './standing-rows.js';

/** Bytes of finished rows that wait before data files are written. */
const FLUSH_BYTES = 64 << 20;

/** One commit of Curated. */
export interface CurateStep {
  readonly source: Table;
  readonly target: Table;
  readonly side: SideTable;
  readonly from: Watermark | null;
  readonly to: Snapshot;
  readonly contract: TopicContract;
  /** Every key is compared with Standardized, because the watermark is no part of its history. */
  readonly full: boolean;
  /** Rows to judge again under a new contract, in place of changed ones. */
  readonly review?: SourceRows;
  /** How far the review has come with these. */
  readonly reviewed?: ReviewProgress;
}

export interface CurateStepResult {
  readonly table: Table;
  readonly watermark: Watermark;
  readonly rowsRead: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly failed: number;
  readonly skipped: number;
  readonly spike: boolean;
}

/** What a step works with. */
interface StepPlan {
  readonly rows: SourceRows;
  readonly standing: ReadonlyMap<number, StandingRow>;
  /** Rows of Curated that this commit deletes. */
  readonly replaced: Positions;
  readonly errors: ErrorWriter;
  readonly to: Watermark;
  readonly marks: CuratedMarks;
  readonly columns: readonly ColumnPath[];
  readonly drift: DriftLog;
  readonly deleteMode: RowMode | undefined;
}

/** Figures that grow while rows are evaluated. */
interface Tally {
  inserted: number;
  updated: number;
  superseded: number;
  failed: number;
  skipped: number;
}

/** Judges the changed rows, writes the error table, and commits rows, deletions and watermark as one. */
export async function curateStep(context: RunContext, step: CurateStep): Promise<CurateStepResult> {
  const plan = await stepPlan(context, step);
  const { compiled, layout } = compile(context, step, plan.columns);
  checkGovernedColumns(step.target, step.contract, layout);
  await haltOnSpike(context, step, plan);
  const gone = plan.replaced.length;
  const tally: Tally = { inserted: 0, updated: 0, superseded: 0, failed: 0, skipped: 0 };
  const transaction = step.target.transaction(
    commitOptions({
      table: step.target,
      sourceUuid: step.source.uuid,
      from: step.from,
      to: plan.to,
      fencingToken: context.options.fencingToken,
      summary: () => runSummary(context, figures(step, plan, tally, gone), step.contract.version),
      signal: context.options.signal,
    }),
  );
  try {
    await prepare(transaction, tally, plan, evaluateOptions(context, plan, compiled, layout));
    await logDrift(context, step, plan, compiled);
    if (step.review === undefined) await plan.errors.commit(step.full);
    await context.at('curated:before-commit');
  } catch (error) {
    await plan.errors.abort();
    await transaction.abort();
    throw error;
  }
  const { table } = await transaction.commit().catch(async (error: unknown) => {
    await plan.errors.abort();
    throw error;
  });
  await context.at('curated:after-commit');
  if (step.reviewed !== undefined) await plan.errors.commit(true, reviewMark(table, step.reviewed));
  return report(context, step, plan, { table, tally, gone });
}

async function stepPlan(context: RunContext, step: CurateStep): Promise<StepPlan> {
  const { source, target, side, from, to, contract, full } = step;
  const { signal, clock } = context.options;
  const rows = step.review ?? (await sourceRows({ source, to, after: full ? null : from, signal }));
  const replaced = new Positions();
  const standing = await standingRows(target, { keys: rows.keys, signal, gone: full ? replaced : null });
  const watermark = { snapshotId: to.snapshotId, sequenceNumber: to.sequenceNumber };
  return {
    rows,
    standing,
    replaced,
    errors: new ErrorWriter(context, {
      source,
      side,
      from,
      to: watermark,
      contract,
      generation: target.properties[KEYS.generation] ?? FIRST_GENERATION,
      standing: await standingErrors(side.table, { keys: rows.keys, signal }),
    }),
    to: watermark,
    marks: {
      updatedAt: BigInt(clock.now()) * 1000n,
      schemaVersion: contract.version,
      sourceSnapshotId: to.snapshotId,
    },
    columns: columnPathsAt(source, to),
    drift: new DriftLog(),
    deleteMode: context.options.deleteMode,
  };
}

/** The payload columns that Standardized had at a snapshot: a scan of it has no others. */
function columnPathsAt(source: Table, { schemaId }: Snapshot): ColumnPath[] {
  const schema = source.metadata.schemas.find((known) => known.schemaId === schemaId) ?? source.schema();
  const names = new Set(schema.fields.map(({ name }) => name));
  return columnPaths(source).filter(({ name }) => names.has(name));
}

function compile(
  { options }: RunContext,
  { contract }: CurateStep,
  columns: readonly ColumnPath[],
): { compiled: CompiledContract; layout: CuratedLayout } {
  const compiled = compileContract(contract, columns, { maskingKey: options.maskingKey });
  return { compiled, layout: curatedLayout(contract, compiled.columns) };
}

function evaluateOptions(
  { options }: RunContext,
  { rows, standing, columns, marks, drift }: StepPlan,
  compiled: CompiledContract,
  layout: CuratedLayout,
): EvaluateOptions {
  return { rows, standing, compiled, layout, columns, marks, drift, signal: options.signal };
}

/**
 * Where the contract says that a spike stops the topic, the rows are judged once before anything is written. A review
 * is no measure of it: it judges nothing but rows that have failed before.
 *
 * @throws {CurateError} `SPIKE_HALTED`.
 */
async function haltOnSpike(context: RunContext, step: CurateStep, plan: StepPlan): Promise<void> {
  const { contract, review } = step;
  if (review !== undefined || contract.quality?.onSpike !== 'halt') return;
  const { compiled, layout } = compile(context, step, plan.columns);
  let evaluated = 0;
  let failed = 0;
  const options = { ...evaluateOptions(context, plan, compiled, layout), drift: new DriftLog() };
  for await (const verdict of evaluate(options)) {
    evaluated += verdict.passedKeys.length + verdict.failed.length;
    failed += verdict.failed.length;
  }
  if (!isSpike(contract, evaluated, failed)) return;
  count(context, 'CdeSpike', 1);
  throw new CurateError(
    `${failed} of ${evaluated} changed rows of ${tableName(step.source.identifier)} fail contract ${contract.version}, more than the contract tolerates: the topic stops here and nothing was written. Mend the producer or the contract, or raise quality.cdeSpikeThreshold`,
    { code: 'SPIKE_HALTED', context: { topic: contract.topic, evaluated, failed } },
  );
}

/** Writes data files and gathers deletions; nothing of it is visible yet. */
async function prepare(
  transaction: Transaction,
  tally: Tally,
  { standing, replaced, errors, deleteMode }: StepPlan,
  options: EvaluateOptions,
): Promise<void> {
  let pending: RecordBatch[] = [];
  let bytes = 0;
  const replace = (key: number): boolean => {
    const there = standing.get(key);
    if (there !== undefined) replaced.add(there.file, there.position);
    return there !== undefined;
  };
  for await (const { passed, passedKeys, failed, skippedKeys } of evaluate(options)) {
    for (const key of skippedKeys) errors.passed(key);
    for (const key of passedKeys) {
      errors.passed(key);
      tally[replace(key) ? 'updated' : 'inserted']++;
    }
    for (const { key, row } of failed) {
      errors.failed(key, row);
      if (replace(key)) tally.superseded++;
    }
    await errors.spill();
    tally.failed += failed.length;
    tally.skipped += skippedKeys.length;
    if (passedKeys.length === 0) continue;
    pending.push(passed);
    bytes += passed.data.byteLength;
    if (bytes < FLUSH_BYTES) continue;
    await transaction.append(pending);
    pending = [];
    bytes = 0;
  }
  if (pending.length > 0) await transaction.append(pending);
  if (replaced.length > 0) await transaction.deletePositions(replaced.deletes(), { mode: deleteMode });
}

async function logDrift(
  context: RunContext,
  { target, from, contract, review: reviewed }: CurateStep,
  { drift, to }: StepPlan,
  compiled: CompiledContract,
): Promise<void> {
  const { layer } = context;
  const { topic, runId, clock, outbox } = context.options;
  const entries = [...drift.take(), ...compiled.runDrift()];
  count(context, 'FieldDrift', fieldDrift(entries));
  const review = reviewed === undefined ? undefined : contract.version;
  const observedAt = clock.now();
  await outbox.put(driftEntries(entries, { topic, layer, runId, target, from, to, review, observedAt }));
}

function figures(
  { source, from }: CurateStep,
  { rows, to }: StepPlan,
  { inserted, updated, superseded, failed, skipped }: Tally,
  gone: number,
): Record<string, string | number | null> {
  return {
    ...rangeFigures(source, from, to),
    rows_read: rows.count,
    inserted,
    updated,
    deleted: gone + superseded,
    failed,
    skipped,
  };
}

function report(
  context: RunContext,
  { contract, review }: CurateStep,
  { rows, to }: StepPlan,
  { table, tally, gone }: { table: Table; tally: Tally; gone: number },
): CurateStepResult {
  const { inserted, updated, superseded, failed, skipped } = tally;
  const spike = review === undefined && isSpike(contract, inserted + updated + failed, failed);
  const result = {
    rowsRead: rows.count,
    inserted,
    updated,
    deleted: gone + superseded,
    failed,
    skipped,
    spike,
  };
  count(context, 'RowsRead', rows.count);
  count(context, 'RowsCurated', inserted + updated);
  count(context, 'CdeFailures', failed);
  count(context, 'CdeSpike', spike ? 1 : 0);
  if (spike) context.logger.warn('more rows failed than the contract tolerates', result);
  context.logger.info('curated', { ...result, to: to.snapshotId });
  return { table, watermark: to, ...result };
}
