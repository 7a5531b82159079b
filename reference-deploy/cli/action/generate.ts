import { textTable } from '@lean-ops/iceberg/cli';
import { type FaultClass, generateStream } from '../../generator/index.js';
import type { CommandContext } from '../command-context.js';
import { prepareOwnedFolder } from '../folder/owned-folder.js';
import { GENERATED_FOLDER, writeGenerated } from '../input/generated-files.js';
import { startProgress } from '../output/progress.js';
import { withRates } from './fault-rates.js';

export interface GenerateCommandOptions {
  readonly events: number;
  readonly seed: number;
  readonly topics: string[];
  readonly out: string;
  readonly rounds: number;
  readonly rate?: Partial<Record<FaultClass, number>>;
  readonly json?: boolean;
}

export async function generate(options: GenerateCommandOptions, context: CommandContext): Promise<void> {
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
