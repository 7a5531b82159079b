import { systemClock, type TopicContract, tableSafeTopic } from '@lean-ops/core';
import { fileEmitter, httpEmitter, type LineageEmitter } from '../../lineage/lineage-emitter.js';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { readContract } from '../folder/read-contract.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { MessageSender } from '../input/message-sender.js';
import { type InputFile, inputFiles, readMessages } from '../input/read-messages.js';
import { maskingKeyOf } from '../masking-key.js';
import { orchestrateFully } from '../orchestrate-fully.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';
import { UsageError } from '../usage-error.js';
import { notRegistered } from './topics/not-registered.js';

export interface RunCommandOptions {
  readonly warehouse: string;
  readonly input?: string;
  readonly topic?: string;
  readonly contract?: string;
  readonly lineage?: string;
  readonly now?: boolean;
  readonly json?: boolean;
}

/** Events of one topic to send, from files. */
interface Sending {
  readonly queueTopic: string;
  readonly files: readonly InputFile[];
  readonly contract: TopicContract | null;
}

export async function run(options: RunCommandOptions, context: CommandContext): Promise<void> {
  const { warehouse, json } = options;
  const sending = await whatToSend(options);
  if (sending === null) await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({
    warehouse,
    ...maskingKeyOf(context),
    ...(options.lineage === undefined ? {} : { lineage: emitterTo(options.lineage) }),
  });
  try {
    const sender = new MessageSender(platform);
    const topics = sending === null ? await topicsOf(platform, options.topic) : [await send(sending, sender)];
    await context.stderr.line(
      sending === null ? 'running a round' : `${sender.sent} events sent; standardizing and curating`,
    );
    await orchestrateFully(platform, topics, context, { allTopics: options.now === true });
    // Some of what generate wrote goes to queues of no topic: those events have their line too.
    const results = await platform.reconcile([...new Set([...topics, ...sender.topics])]);
    context.verdict = verdictOf(results);
    if (json === true) await context.stdout.json({ events: sender.sent, topics: results });
    else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }

  async function send({ queueTopic, files, contract }: Sending, sender: MessageSender): Promise<string> {
    await platform.registerTopic({ queueTopic, contract });
    // What an interrupted run left in the queues goes first, even where there is nothing new to send.
    await platform.pump();
    for (const file of files) await sendFile(file, queueTopic, sender, context);
    await sender.flush();
    return tableSafeTopic(queueTopic);
  }
}

/** Null where a round is to run with what is there. */
async function whatToSend({ input, topic, contract }: RunCommandOptions): Promise<Sending | null> {
  if (input === undefined) {
    if (contract === undefined) return null;
    throw new UsageError(
      '--contract goes with --input; for a topic that is there: lean-ops contract deploy --head <file> --warehouse <folder>',
    );
  }
  if (topic === undefined) throw new UsageError('--input needs --topic: which one are the events of?');
  const read = contract === undefined ? null : await readContract(contract, topic);
  return { queueTopic: topic, files: await inputFiles(input, topic), contract: read };
}

/** The topics of the warehouse, or the one that is named, after what waits in queues went to RAW. */
async function topicsOf(platform: EmbeddedPlatform, named: string | undefined): Promise<string[]> {
  const { topics } = platform.state;
  const known = (await topics.list()).map(({ topic }) => topic);
  const wanted = named === undefined ? null : tableSafeTopic(named);
  if (wanted !== null && !known.includes(wanted)) throw await notRegistered(named as string, topics);
  if (known.length === 0)
    throw new UsageError('the warehouse has no topics yet: --input and --topic bring one');
  await platform.pump();
  return wanted === null ? known : [wanted];
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
