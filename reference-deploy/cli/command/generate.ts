import type { Command } from 'commander';
import { DEFAULT_RATES } from '../../generator/fault-class.js';
import type { GenerateCommandOptions } from '../action/generate.js';
import type { CommandContext } from '../command-context.js';
import { faultRate, queueTopics, wholeNumber } from '../options.js';

export function addGenerateCommand(program: Command, context: CommandContext): void {
  program
    .command('generate')
    .description('Write a seeded stream of messy events, with the ground truth of every fault beside it.')
    .requiredOption('--events <count>', 'messages to write, faults included', wholeNumber(0, 1_000_000_000))
    .requiredOption(
      '--seed <number>',
      'the same seed gives the same bytes',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .requiredOption('--topics <names>', 'topics as their queues spell them, between commas', queueTopics)
    .requiredOption('--out <folder>', 'where to write; an earlier result of this command is replaced')
    .option('--rounds <count>', 'rounds over which the stream arrives', wholeNumber(1, 1000), 4)
    .option('--rate <class=share>', 'share of the events that take a fault class; may be repeated', faultRate)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Writes messages/TOPIC/round-NNN.messages.ndjson (what lean-ops run reads), contracts/TOPIC.json, ground-truth.ndjson
and generated.json.

Fault classes and their default shares:
${Object.entries(DEFAULT_RATES)
  .map(([faultClass, rate]) => `  ${faultClass.padEnd(36)}${rate}`)
  .join('\n')}

Examples:
  $ lean-ops generate --events 10000 --seed 42 --topics user-logins,meters --out generated
  $ lean-ops run --warehouse wh --input generated --topic meters --contract generated/contracts/meters.json`,
    )
    .action(async (options: GenerateCommandOptions) => {
      const { generate } = await import('../action/generate.js');
      await generate(options, context);
    });
}
