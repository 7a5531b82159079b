import type { Command } from 'commander';
import type { RunCommandOptions } from '../action/run.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic } from '../options.js';

export function addRunCommand(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description(
      'Send newline-delimited events through the whole pipeline into a warehouse folder, or run a round with what is there.',
    )
    .requiredOption('--warehouse <folder>', 'the warehouse; created when absent and there is an --input')
    .option(
      '--input <path>',
      'a file with one event per line, a folder of .ndjson and .jsonl files, or what lean-ops generate wrote; without one a round runs: what waits in queues and tables goes on',
    )
    .option('--topic <name>', 'the topic as its queue spells it; with no --input, default: all', queueTopic)
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

Examples:
  $ lean-ops run --warehouse wh --input events.ndjson --topic user-logins --contract user-logins.json
  $ lean-ops run --warehouse wh   # a round of every topic, as after a contract was deployed`,
    )
    .action(async (options: RunCommandOptions) => {
      const { run } = await import('../action/run.js');
      await run(options, context);
    });
}
