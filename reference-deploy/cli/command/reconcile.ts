import type { Command } from 'commander';
import type { ReconcileCommandOptions } from '../action/reconcile.js';
import type { CommandContext } from '../command-context.js';
import { knownTopics } from '../options.js';

export function addReconcileCommand(program: Command, context: CommandContext): void {
  program
    .command('reconcile')
    .description('Recompute accountability from the tables themselves: is every record where it belongs?')
    .requiredOption('--warehouse <folder>', 'the warehouse')
    .option(
      '--topics <names>',
      'only these topics, between commas; unknown for messages to queues of no topic',
      knownTopics,
    )
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
    .action(async (options: ReconcileCommandOptions) => {
      const { reconcile } = await import('../action/reconcile.js');
      await reconcile(options, context);
    });
}
