import type { Command } from 'commander';
import type { RunCommandOptions } from '../action/run.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic } from '../options.js';

export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('Send newline-delimited events through the whole pipeline into a warehouse folder.')
    .requiredOption('--warehouse <folder>', 'the warehouse; created when absent')
    .requiredOption(
      '--input <path>',
      'a file with one event per line, a folder of .ndjson and .jsonl files, or what lean-ops generate wrote',
    )
    .requiredOption('--topic <name>', 'the topic as its queue spells it', queueTopic)
    .option(
      '--contract <file>',
      "the topic's contract, JSON or YAML; without one the topic stops at Standardized",
    )
    .option(
      '--lineage <file or address>',
      'where OpenLineage events of the jobs go: a file, a line each, or http(s)://…',
    )
    .option('--now', 'also topics that are not due yet by their schedule')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The id of an event's message is a hash of file name, line number and bytes: to run a file twice adds copies, which are
recognised, and no rows. Empty lines are no events.

Example:
  $ lean-ops run --warehouse wh --input events.ndjson --topic user-logins --contract user-logins.json`,
    )
    .action(async (options: RunCommandOptions) => {
      const { run } = await import('../action/run.js');
      await run(options, context);
    });
}
