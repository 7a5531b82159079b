import type { Command } from 'commander';
import type { FlattenCommandOptions } from '../action/flatten.js';
import type { CommandContext } from '../command-context.js';
import { wholeNumber } from '../options.js';

export function addFlattenCommand(program: Command, context: CommandContext): void {
  program
    .command('flatten')
    .description('Flatten newline-delimited JSON from standard input, as the Standardized layer does.')
    .option('--max-depth <levels>', 'levels of nesting that become columns', wholeNumber(1, 1000), 5)
    .option('--max-columns <count>', 'columns before values go to _overflow', wholeNumber(0, 1_000_000), 2000)
    .addHelpText(
      'after',
      `
Every line gives one line: a JSON object of column to text, without the columns that are null in it. A line that is
not a JSON object gives {"_parse_error":{"reason":…,"offset":…}} in its place, the offset in bytes, and exit code 1
at the end.

Examples:
  $ echo '{"event":{"userId":1.10}}' | lean-ops flatten
  {"event_userid":"1.10"}
  $ lean-ops flatten < events.ndjson > flat.ndjson`,
    )
    .action(async (options: FlattenCommandOptions) => {
      const { flattenLines } = await import('../action/flatten.js');
      await flattenLines(options, context);
    });
}
