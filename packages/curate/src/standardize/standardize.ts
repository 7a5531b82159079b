import type { Snapshot, Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { JobOptions, StandardizeReport } from '../job.js';
import { logged, type RunContext, runContext } from '../ops/run-context.js';
import { RunPace } from '../ops/run-pace.js';
import { RunProgress } from '../ops/run-progress.js';
import { checkOwnTable, checkRawTable, checkStandardizedTable } from '../tables/check-schema.js';
import { tableName } from '../tables/names.js';
import { openTable } from '../tables/open-table.js';
import { parseErrorsTableOptions } from '../tables/side-tables.js';
import { standardizedTableOptions } from '../tables/standardized-table.js';
import { readingFiles } from '../tables/unreadable-file.js';
import { checkContractPaths } from '../validate/contract-paths.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { contractOf, isAhead, readSideTable } from '../watermark/side-table.js';
import {
  limitRange,
  pendingRange,
  rowsBetween,
  type SourceRange,
  sourceRange,
} from '../watermark/source-range.js';
import { readWatermark } from '../watermark/watermark.js';
import type { BatchPool } from '../workers/batch-pool.js';
import { openPool } from '../workers/open-pool.js';
import { isReviewCutOff, type ParseErrorReviewOptions, reviewParseErrors } from './review-parse-errors.js';
import { type StandardizeStep, type StepResult, standardizeStep } from './standardize-step.js';

/**
 * The Standardized job: what RAW has received since the last run becomes one flattened row per merge key.
 *
 * Copies drop out, what does not parse goes to `standardized.{topic}_parse_errors`, the newest version of each key
 * stays. Data and watermark are one commit; a run that is cut off anywhere and started again ends in the same tables.
 * Source: docs/layer_definitions.md, "Two-stage dedup" and "Exactly once".
 *
 * @throws {CurateError} `WATERMARK_MOVED`, `LEASE_LOST`, `WATERMARK_DETACHED`, `SOURCE_DETACHED`, `RESET_REQUIRED`,
 *   `GENERATION_MISMATCH`, `SOURCE_UNSTABLE`, `CONTRACT_INVALID`, `WORKER_LOST`. Nothing of the failing commit is visible.
 * @example
 * const report = await standardize({ catalog, topic: 'events', contract, fencingToken: lease.token, runId,
 *   clock: systemClock, outbox: state.outbox, checkpoints: state.checkpoints });
 */
export async function standardize(options: JobOptions): Promise<StandardizeReport> {
  const pool = openPool(options.workers);
  try {
    return await standardizeWith(options, pool);
  } finally {
    await pool.close();
  }
}

/** As {@link standardize}, with a pool that the caller closes. */
export async function standardizeWith(options: JobOptions, pool: BatchPool): Promise<StandardizeReport> {
  const context = runContext(options, 'standardized');
  return await logged(context, async () => await run(context, pool));
}

async function run(context: RunContext, pool: BatchPool): Promise<StandardizeReport> {
  const { options } = context;
  // Which column a path orders by would depend on their order, and what a deep one reads on the layer.
  if (options.contract !== null) checkContractPaths(options.contract);
  const progress = new RunProgress<StepResult>(context);
  const pace = new RunPace(context);
  for (;;) {
    pace.throwIfAborted();
    const step = await nextStep(context);
    if (step === null) break;
    const { target, from } = step;
    await progress.begin({ target, source: step.raw, watermark: from });
    const { raw, side, to } = step;
    if (to === null) {
      if (!(await reviewed(context, { ...step, pool }, { progress, pace }))) break;
      continue;
    }
    const result = await pace.step(
      rowsBetween(raw, from, to),
      async () =>
        await readingFiles([raw, target, side.table], async () =>
          standardizeStep(context, { ...step, to, pool }),
        ),
    );
    if (result === undefined) {
      progress.handOver(rowsBetween(raw, from, lastSnapshot(raw, options.upTo)));
      break;
    }
    await progress.done(result, { target: result.table, source: step.raw, watermark: result.watermark });
    await context.at('standardized:after-checkpoint');
  }
  return {
    layer: 'standardized',
    ...progress.report(),
    copies: progress.sum(({ copies }) => copies),
    superseded: progress.sum(({ superseded }) => superseded),
    parseErrors: progress.sum(({ parseErrors }) => parseErrors),
    inserted: progress.sum(({ inserted }) => inserted),
    updated: progress.sum(({ updated }) => updated),
    columnsAdded: progress.sum(({ columnsAdded }) => columnsAdded),
  };
}

/** Parses again what did not parse, where somebody asks for it or a run that did was cut off. Whether it did anything. */
async function reviewed(
  context: RunContext,
  step: ParseErrorReviewOptions,
  { progress, pace }: { progress: RunProgress<StepResult>; pace: RunPace },
): Promise<boolean> {
  const { raw, target, side } = step;
  if (context.options.reviewErrors !== true && !isReviewCutOff(target, side.table)) return false;
  const review = await pace.step(
    0,
    async () =>
      await readingFiles([raw, target, side.table], async () => await reviewParseErrors(context, step)),
  );
  if (review === undefined) progress.handOver(0);
  if (review === undefined || review.result === null) {
    if (review !== undefined) progress.review(review.reviewed, 0);
    return false;
  }
  const { result, mended } = review;
  progress.review(mended, mended);
  await progress.done(result, { target: result.table, source: raw, watermark: result.watermark });
  await context.at('standardized:after-checkpoint');
  return true;
}

/** Where a run ends that has the time. */
function lastSnapshot(raw: Table, upTo: bigint | undefined): Snapshot {
  return upTo === undefined ? raw.currentSnapshot()! : raw.snapshot(upTo);
}

/** What comes next: what a run that was cut off left undone, else the next part of RAW. Null without RAW. */
async function nextStep(
  context: RunContext,
): Promise<(Omit<StandardizeStep, 'to' | 'pool'> & { to: StandardizeStep['to'] | null }) | null> {
  const { options, tables } = context;
  const { catalog, fencingToken, contract } = options;
  const raw = await loadIfExists(catalog, tables.raw);
  if (raw === null) return null;
  checkRawTable(raw, raw.currentSnapshot());
  const target = await openTable(catalog, tables.standardized, () => standardizedTableOptions(contract));
  checkStandardizedTable(target);
  refuseLowerToken(target, fencingToken);
  const from = readWatermark(target, raw.uuid);
  const side = await readSideTable(catalog, tables.parseErrors, raw.uuid, fencingToken);
  if (side.table !== null) checkOwnTable(side.table, parseErrorsTableOptions().schema.fields);
  const common = { raw, target, from, side };
  if (isAhead(side, from)) {
    const { snapshotId } = side.watermark;
    context.logger.warn('completing a run that was cut off', { from: from?.snapshotId, to: snapshotId });
    const range = pendingRange(raw, from, side.watermark);
    const to = partOf(raw, range, { to: changesUpTo(range, common), context });
    return { ...common, contract: contractOf(side), writeSide: false, to };
  }
  const range = sourceRange(raw, from, options.upTo);
  const to = partOf(raw, range, { to: changesUpTo(range, common), context });
  return { ...common, contract, writeSide: true, to };
}

/** As much of a range as one commit may read. */
function partOf(
  raw: Table,
  range: SourceRange,
  { to, context }: { to: Snapshot | null; context: RunContext },
): Snapshot | null {
  return to === null || range.kind !== 'changes' ? to : limitRange(raw, range, context.maxRowsPerCommit);
}

/** Where a range ends; null where there is nothing to read. RAW is never rolled back, so nothing else may be. */
function changesUpTo(
  range: SourceRange,
  { raw, target }: Pick<StandardizeStep, 'raw' | 'target'>,
): Snapshot | null {
  if (range.kind === 'none') return null;
  if (range.kind === 'changes') return range.to;
  const [table, source] = [tableName(target.identifier), tableName(raw.identifier)];
  const { snapshotId } = range.from;
  throw new CurateError(
    `the watermark of ${table} names snapshot ${snapshotId}, which is no part of the history of ${source}: RAW is never rolled back. Restore its head, or rebuild the topic`,
    { code: 'SOURCE_DETACHED', context: { table, source, snapshotId } },
  );
}
