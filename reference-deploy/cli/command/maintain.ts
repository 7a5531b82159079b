import type { Command } from 'commander';
import type { MaintainCommandOptions } from '../action/maintain.js';
import type { CommandContext } from '../command-context.js';
import { knownTopics, wholeNumber } from '../options.js';

export function addMaintainCommand(program: Command, context: CommandContext): void {
  program
    .command('maintain')
    .description('Keep tables fast: join small files, apply deletes, expire snapshots, remove orphans.')
    .requiredOption('--warehouse <folder>', 'the warehouse')
    .option('--topics <names>', 'only these topics, between commas', knownTopics)
    .option('--dry-run', 'print what would be done, and do nothing')
    .option(
      '--snapshot-age <hours>',
      "age from which snapshots may go; default: the tables' own, 5 days",
      wholeNumber(0, 1_000_000),
    )
    .option(
      '--orphan-age <hours>',
      'age from which files that no snapshot names may go; default 168, a week',
      wholeNumber(1, 1_000_000),
    )
    .option('--orphans', 'look for orphans in every table, not only in those whose day it is')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Snapshots that a job of the next layer has not read, or that its table could be rolled back to, stay whatever their age.
Exit code 1 when a table could not be maintained.

Example:
  $ lean-ops maintain --warehouse demo-output/warehouse --dry-run`,
    )
    .action(async (options: MaintainCommandOptions) => {
      const { maintain } = await import('../action/maintain.js');
      await maintain(options, context);
    });
}
