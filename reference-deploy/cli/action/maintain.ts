import type { MaintenancePolicy } from '@lean-ops/curate';
import { textTable } from '@lean-ops/iceberg/cli';
import { EmbeddedPlatform, type MaintenanceRound, type TopicPlan } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { requireWarehouse } from '../folder/warehouse.js';

export interface MaintainCommandOptions {
  readonly warehouse: string;
  /** Names of their tables. */
  readonly topics?: string[];
  readonly dryRun?: boolean;
  /** Hours. */
  readonly snapshotAge?: number;
  /** Hours. */
  readonly orphanAge?: number;
  readonly orphans?: boolean;
  readonly json?: boolean;
}

const HOUR_MS = 60 * 60_000;

export async function maintain(options: MaintainCommandOptions, context: CommandContext): Promise<void> {
  const { warehouse, topics, dryRun, json } = options;
  await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse });
  const scope = { ...(topics === undefined ? {} : { topics }), policy: policyOf(options) };
  try {
    if (dryRun === true) {
      const plans = await platform.planMaintenance(scope);
      if (json === true) await context.stdout.json({ topics: plans });
      else await printPlans(plans, context);
      return;
    }
    const round = await platform.maintain(scope);
    if (round.topics.some(({ outcome }) => outcome === 'failed')) context.verdict = EXIT.no;
    if (json === true) await context.stdout.json(round);
    else await printRound(round, context);
  } finally {
    await platform.close();
  }
}

function policyOf({ snapshotAge, orphanAge, orphans }: MaintainCommandOptions): MaintenancePolicy {
  return {
    ...(snapshotAge === undefined ? {} : { snapshotAgeMs: snapshotAge * HOUR_MS }),
    ...(orphanAge === undefined ? {} : { orphanAgeMs: orphanAge * HOUR_MS }),
    ...(orphans === true ? { orphanEveryDays: 1 } : {}),
  };
}

async function printPlans(plans: readonly TopicPlan[], { stdout }: CommandContext): Promise<void> {
  const tables = plans.flatMap((plan) => plan.tables);
  if (tables.length === 0) {
    await stdout.line('There is no table to maintain.');
    return;
  }
  await stdout.line(
    textTable(
      ['table', 'files to rewrite', 'deletes to apply', 'manifests', 'snapshots', 'to expire', 'held back'],
      tables.map((table) => [
        table.name,
        table.filesToRewrite,
        table.deleteFilesToApply,
        table.manifests,
        table.snapshots,
        table.snapshotsToExpire,
        table.snapshotsHeldBack,
      ]),
    ),
  );
  for (const { name, heldBackBy } of tables) {
    if (heldBackBy !== null) await stdout.line(`${name} stays as it is: ${heldBackBy}`);
  }
  const due = tables.filter(({ orphansDue }) => orphansDue).map(({ name }) => name);
  if (due.length > 0) await stdout.line(`Orphans would be looked for in ${due.join(', ')}.`);
}

async function printRound(
  { topics, tables, errors }: MaintenanceRound,
  { stdout, stderr }: CommandContext,
): Promise<void> {
  const busy = tables.filter(
    ({ rewrittenFiles, appliedDeleteFiles, rewrittenManifests, expiredSnapshots, orphans }) =>
      rewrittenFiles + appliedDeleteFiles + rewrittenManifests + expiredSnapshots + orphans > 0,
  );
  if (busy.length === 0) await stdout.line('Nothing needed maintenance.');
  else {
    await stdout.line(
      textTable(
        [
          'table',
          'files rewritten',
          'into',
          'deletes applied',
          'snapshots expired',
          'files deleted',
          'orphans',
        ],
        busy.map((table) => [
          table.name,
          table.rewrittenFiles,
          table.addedFiles,
          table.appliedDeleteFiles,
          table.expiredSnapshots,
          table.deletedFiles,
          table.orphans,
        ]),
      ),
    );
  }
  const failed = new Set(topics.filter(({ outcome }) => outcome === 'failed').map(({ topic }) => topic));
  for (const { topic, table, name, message } of errors) {
    const isFinal = topic === null || failed.has(topic);
    if (isFinal)
      await stderr.line(`${topic ?? 'ops'}${table === null ? '' : ` (${table})`}: ${message} [${name}]`);
  }
}
