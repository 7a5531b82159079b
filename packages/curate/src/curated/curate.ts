import type { TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { CurateReport, JobOptions } from '../job.js';
import { logged, type RunContext, runContext } from '../ops/run-context.js';
import { RunPace } from '../ops/run-pace.js';
import { RunProgress } from '../ops/run-progress.js';
import { checkOwnTable, checkStandardizedTable } from '../tables/check-schema.js';
import { tableName } from '../tables/names.js';
import { openTable } from '../tables/open-table.js';
import { FIRST_GENERATION, KEYS } from '../tables/properties.js';
import { errorsTableOptions } from '../tables/side-tables.js';
import { columnPaths } from '../tables/standardized-table.js';
import { readingFiles } from '../tables/unreadable-file.js';
import { compileContract } from '../validate/compiled-contract.js';
import { checkContractPaths } from '../validate/contract-paths.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { contractOf, isAhead, readSideTable, type SideTable } from '../watermark/side-table.js';
import {
  limitRange,
  pendingRange,
  rowsBetween,
  type SourceRange,
  sourceRange,
} from '../watermark/source-range.js';
import { readWatermark, type Watermark } from '../watermark/watermark.js';
import { type CurateStep, type CurateStepResult, curateStep } from './curate-step.js';
import { CURATED_OWN, curatedLayout, curatedTableOptions } from './curated-table.js';
import { reviewErrors } from './review-errors.js';

/**
 * The Curated job: what changed in Standardized since the last run becomes typed, governed rows.
 *
 * A version that fails goes to `curated.{topic}_errors` with every failing column, and the row that an older version of
 * its key left in Curated is deleted; a version that passes ends the errors of its key. Under a mended contract, open
 * errors are judged again. Data and watermark are one commit; a run that is cut off anywhere and started again ends in
 * the same tables. Source: docs/layer_definitions.md, "Curation" and "Exactly once".
 *
 * @throws {CurateError} `WATERMARK_MOVED`, `LEASE_LOST`, `WATERMARK_DETACHED`, `SOURCE_DETACHED`,
 *   `GENERATION_MISMATCH`, `TABLE_SCHEMA_MISMATCH`, `SPIKE_HALTED`, `CONTRACT_INVALID`, `MASKING_KEY_MISSING`,
 *   `OPTION_INVALID` without a contract. Nothing of the failing commit is visible.
 * @example
 * const report = await curate({ catalog, topic: 'events', contract, fencingToken: lease.token, runId,
 *   clock: systemClock, outbox: state.outbox, checkpoints: state.checkpoints });
 */
export async function curate(options: JobOptions): Promise<CurateReport> {
  const context = runContext(options, 'curated');
  return await logged(context, async () => await run(context));
}

async function run(context: RunContext): Promise<CurateReport> {
  const { options } = context;
  const contract = requireContract(options);
  checkContractPaths(contract);
  const progress = new RunProgress<CurateStepResult>(context);
  const pace = new RunPace(context);
  let force = options.reviewErrors === true;
  for (;;) {
    pace.throwIfAborted();
    const tables = await openTables(context, contract);
    if (tables === null) break;
    const { source, target, from } = tables;
    await progress.begin({ target, source, watermark: from });
    const step = nextStep(context, tables, contract);
    const result = await pace.step(
      step === null ? 0 : rowsOf(step),
      async () =>
        await readingFiles([source, target, tables.side.table], async () =>
          step === null
            ? await reviewErrors(context, { ...tables, contract, force })
            : await curateStep(context, step),
        ),
    );
    if (result === undefined) {
      const head = source.currentSnapshot();
      progress.handOver(step === null || head === null ? 0 : rowsBetween(source, from, head));
      break;
    }
    if (result === null) break;
    if (step === null) {
      force = false;
      progress.review(result.rowsRead, result.inserted + result.updated + result.skipped);
    }
    await progress.done(result, { target: result.table, source, watermark: result.watermark });
    await context.at('curated:after-checkpoint');
  }
  return {
    layer: 'curated',
    ...progress.report(),
    inserted: progress.sum(({ inserted }) => inserted),
    updated: progress.sum(({ updated }) => updated),
    deleted: progress.sum(({ deleted }) => deleted),
    failed: progress.sum(({ failed }) => failed),
    skipped: progress.sum(({ skipped }) => skipped),
    spike: progress.steps.some(({ spike }) => spike),
  };
}

function rowsOf({ source, from, to, full }: CurateStep): number {
  return rowsBetween(source, full ? null : from, to);
}

function requireContract({ contract, topic }: JobOptions): TopicContract {
  if (contract !== null) return contract;
  throw new CurateError(`topic ${topic} has no contract, so it stops at Standardized: give Curated one`, {
    code: 'OPTION_INVALID',
    context: { topic },
  });
}

interface OpenTables {
  readonly source: Table;
  readonly target: Table;
  readonly side: SideTable;
  readonly from: Watermark | null;
}

async function openTables(
  { options, tables }: RunContext,
  contract: TopicContract,
): Promise<OpenTables | null> {
  const { catalog, fencingToken, maskingKey } = options;
  const source = await loadIfExists(catalog, tables.standardized);
  if (source === null) return null;
  checkStandardizedTable(source);
  const generation = source.properties[KEYS.generation] ?? FIRST_GENERATION;
  const target = await openTable(catalog, tables.curated, () => {
    const { columns } = compileContract(contract, columnPaths(source), { maskingKey });
    return curatedTableOptions(curatedLayout(contract, columns), generation);
  });
  checkOwnTable(target, CURATED_OWN);
  refuseLowerToken(target, fencingToken);
  if (target.properties[KEYS.generation] !== generation) {
    const found = target.properties[KEYS.generation];
    throw new CurateError(
      `${tableName(target.identifier)} is of generation ${found} and ${tableName(source.identifier)} of ${generation}: a rebuild stopped half-way. Finish or abandon it`,
      {
        code: 'GENERATION_MISMATCH',
        context: { topic: options.topic, curated: found, standardized: generation },
      },
    );
  }
  const from = readWatermark(target, source.uuid);
  const side = await readSideTable(catalog, tables.errors, source.uuid, fencingToken);
  if (side.table !== null)
    checkOwnTable(side.table, errorsTableOptions(generation, contract.version).schema.fields);
  return { source, target, from, side };
}

/** What comes next: what a run that was cut off left undone, else the next changes of Standardized. */
function nextStep(context: RunContext, tables: OpenTables, contract: TopicContract): CurateStep | null {
  const { source, side, from } = tables;
  if (isAhead(side, from)) {
    context.logger.warn('completing a run that was cut off', {
      from: from?.snapshotId,
      to: side.watermark.snapshotId,
    });
    // The error table has these changes already, unless Curated was rolled back: then rows that passed an older
    // contract may fail this one. Upserting the errors again changes nothing in the first case.
    const begun = contractOf(side) ?? contract;
    return asStep(tables, pendingRange(source, from, side.watermark), begun);
  }
  const range = sourceRange(source, from, context.options.upTo);
  if (range.kind !== 'changes') return asStep(tables, range, contract);
  const to = limitRange(source, range, context.maxRowsPerCommit);
  return asStep(tables, { ...range, to }, contract);
}

function asStep(
  { source, target, side, from }: OpenTables,
  range: SourceRange,
  contract: TopicContract,
): CurateStep | null {
  if (range.kind === 'none') return null;
  if (range.to === null) {
    throw new CurateError(
      `${tableName(source.identifier)} has no current snapshot, though ${tableName(target.identifier)} has read some: restore its head, or rebuild the topic`,
      { code: 'SOURCE_DETACHED', context: { source: tableName(source.identifier) } },
    );
  }
  const full = range.kind === 'detached';
  return { source, target, side, from, to: range.to, contract, full };
}
