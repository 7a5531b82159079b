import type { Command } from 'commander';
import { DEFAULT_RATES, type FaultClass, generateStream } from '../../generator/index.js';
import type { CommandContext } from '../command-context.js';
import { prepareOwnedFolder } from '../folder/owned-folder.js';
import { GENERATED_FOLDER, writeGenerated } from '../input/generated-files.js';
import { faultRate, queueTopics, wholeNumber } from '../options.js';
import { startProgress } from '../output/progress.js';
import { textTable } from '../output/text-table.js';
import { withRates } from './fault-rates.js';

interface GenerateCommandOptions {
  readonly events: number;
  readonly seed: number;
  readonly topics: string[];
  readonly out: string;
  readonly rounds: number;
  readonly rate?: Partial<Record<FaultClass, number>>;
  readonly json?: boolean;
}

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
    .action((options: GenerateCommandOptions) => generate(options, context));
}

async function generate(options: GenerateCommandOptions, context: CommandContext): Promise<void> {
  const { events, seed, topics, out, rounds, rate, json } = options;
  const stream = withRates(() =>
    generateStream({ events, seed, topics, rounds, ...(rate && { rates: rate }) }),
  );
  await prepareOwnedFolder(out, GENERATED_FOLDER, '--out');
  const progress = startProgress(context.stderr, 'generate', events);
  const index = await writeGenerated(out, stream, { seed, onMessage: (count) => progress.update(count) });
  progress.finish();
  if (json === true) {
    await context.stdout.json(index);
    return;
  }
  await context.stdout.line(
    textTable(
      ['topic', 'messages', 'files', 'contract'],
      index.topics.map(({ queueTopic, messages, files, contract }) => [
        queueTopic,
        messages,
        files.length,
        contract,
      ]),
    ),
  );
  await context.stdout.line(`\n${index.messages} messages with ${index.faults} faults in ${out}`);
}
