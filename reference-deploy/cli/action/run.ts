import { systemClock, tableSafeTopic } from '@lean-ops/core';
import { fileEmitter, httpEmitter, type LineageEmitter } from '../../lineage/lineage-emitter.js';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { readContract } from '../folder/read-contract.js';
import { MessageSender } from '../input/message-sender.js';
import { type InputFile, inputFiles, readMessages } from '../input/read-messages.js';
import { maskingKeyOf } from '../masking-key.js';
import { orchestrateFully } from '../orchestrate-fully.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';

export interface RunCommandOptions {
  readonly warehouse: string;
  readonly input: string;
  readonly topic: string;
  readonly contract?: string;
  readonly lineage?: string;
  readonly now?: boolean;
  readonly json?: boolean;
}

export async function run(options: RunCommandOptions, context: CommandContext): Promise<void> {
  const { warehouse, topic: spelling, json } = options;
  const contract = options.contract === undefined ? null : await readContract(options.contract, spelling);
  const files = await inputFiles(options.input, spelling);
  const topic = tableSafeTopic(spelling);
  const platform = await EmbeddedPlatform.open({
    warehouse,
    ...maskingKeyOf(context),
    ...(options.lineage === undefined ? {} : { lineage: emitterTo(options.lineage) }),
  });
  try {
    await platform.registerTopic({ queueTopic: spelling, contract });
    // What an interrupted run left in the queues goes first, even where there is nothing new to send.
    await platform.pump();
    const sender = new MessageSender(platform);
    for (const file of files) await sendFile(file, spelling, sender, context);
    await sender.flush();
    await context.stderr.line(`${sender.sent} events sent; standardizing and curating`);
    await orchestrateFully(platform, [topic], context, { allTopics: options.now === true });
    // Some of what generate wrote goes to queues of no topic: those events have their line too.
    const results = await platform.reconcile([...new Set([topic, ...sender.topics])]);
    context.verdict = verdictOf(results);
    if (json === true) await context.stdout.json({ events: sender.sent, topics: results });
    else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }
}

function emitterTo(target: string): LineageEmitter {
  return /^https?:\/\//.test(target) ? httpEmitter({ url: target }) : fileEmitter(target);
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
