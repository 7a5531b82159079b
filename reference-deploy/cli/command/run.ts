import { systemClock, tableSafeTopic } from '@lean-ops/core';
import type { Command } from 'commander';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { readContract } from '../folder/read-contract.js';
import { MessageSender } from '../input/message-sender.js';
import { type InputFile, inputFiles, readMessages } from '../input/read-messages.js';
import { queueTopic } from '../options.js';
import { orchestrateFully } from '../orchestrate-fully.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';

interface RunCommandOptions {
  readonly warehouse: string;
  readonly input: string;
  readonly topic: string;
  readonly contract?: string;
  readonly json?: boolean;
}

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
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The id of an event's message is a hash of file name, line number and bytes: to run a file twice adds copies, which are
recognised, and no rows. Empty lines are no events.

Example:
  $ lean-ops run --warehouse wh --input events.ndjson --topic user-logins --contract user-logins.json`,
    )
    .action((options: RunCommandOptions) => run(options, context));
}

async function run(options: RunCommandOptions, context: CommandContext): Promise<void> {
  const { warehouse, topic: spelling, json } = options;
  const contract = options.contract === undefined ? null : await readContract(options.contract, spelling);
  const files = await inputFiles(options.input, spelling);
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    await platform.registerTopic({ queueTopic: spelling, contract });
    const sender = new MessageSender(platform);
    for (const file of files) await sendFile(file, spelling, sender, context);
    await sender.flush();
    await context.stderr.line(`${sender.sent} events sent; standardizing and curating`);
    await orchestrateFully(platform, [tableSafeTopic(spelling)], context);
    const results = await platform.reconcile([tableSafeTopic(spelling)]);
    context.verdict = verdictOf(results);
    if (json === true) await context.stdout.json({ events: sender.sent, topics: results });
    else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }
}

async function sendFile(
  file: InputFile,
  queueTopic: string,
  sender: MessageSender,
  context: CommandContext,
): Promise<void> {
  await context.stderr.line(`reading ${file.path}`);
  for await (const message of readMessages(file, { queueTopic, nowMs: () => systemClock.now() })) {
    await sender.send({ queueTopic, ...message });
  }
}
