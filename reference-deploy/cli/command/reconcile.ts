import { tableSafeTopic } from '@lean-ops/core';
import type { Command } from 'commander';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { queueTopics } from '../options.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';
import { UsageError } from '../usage-error.js';

interface ReconcileCommandOptions {
  readonly warehouse: string;
  readonly topics?: string[];
  readonly json?: boolean;
}

export function addReconcileCommand(program: Command, context: CommandContext): void {
  program
    .command('reconcile')
    .description('Recompute accountability from the tables themselves: is every record where it belongs?')
    .requiredOption('--warehouse <folder>', 'the warehouse')
    .option('--topics <names>', 'only these topics, between commas', queueTopics)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
  raw          = standardized + copies + superseded + parse errors
  standardized = curated + open errors
  messages     = distinct messages in raw, quarantine, dead letters and delivery failures, + in flight

Exit code 1 when an equation does not hold.

Example:
  $ lean-ops reconcile --warehouse demo-output/warehouse`,
    )
    .action((options: ReconcileCommandOptions) => reconcile(options, context));
}

async function reconcile(options: ReconcileCommandOptions, context: CommandContext): Promise<void> {
  await requireWarehouse(options.warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse: options.warehouse });
  try {
    const topics = options.topics?.map(tableSafeTopic);
    const known = (await platform.state.topics.list()).map(({ topic }) => topic);
    const unknown = topics?.find((topic) => !known.includes(topic));
    if (unknown !== undefined) {
      throw new UsageError(`--topics ${unknown}: the warehouse knows ${known.join(', ') || 'no topics'}`);
    }
    const results = await platform.reconcile(topics);
    context.verdict = verdictOf(results);
    if (options.json === true) {
      await context.stdout.json({ balanced: results.every(({ balanced }) => balanced), topics: results });
    } else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }
}
