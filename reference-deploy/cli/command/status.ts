import type { Command } from 'commander';
import type { StatusCommandOptions } from '../action/status.js';
import type { CommandContext } from '../command-context.js';

export function addStatusCommand(program: Command, context: CommandContext): void {
  program
    .command('status')
    .description('Show the topics of a warehouse: row counts, watermarks, last runs.')
    .requiredOption('--warehouse <folder>', 'the warehouse')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ lean-ops status --warehouse demo-output/warehouse')
    .action(async (options: StatusCommandOptions) => {
      const { status } = await import('../action/status.js');
      await status(options, context);
    });
}
