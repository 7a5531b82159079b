import { immediateSleep, ManualClock } from '@lean-ops/core';
import type { Reconciliation } from '@lean-ops/curate';
import type { Output } from '@lean-ops/iceberg/cli';
import { type ClassCapture, type GeneratedStream, verifyCapture } from '../../generator/index.js';
import { type EmbeddedOptions, EmbeddedPlatform } from '../../local/index.js';
import { MessageSender } from '../input/message-sender.js';
import { orchestrateFully } from '../orchestrate-fully.js';
import { startProgress } from '../output/progress.js';

export interface DemoRunOptions {
  readonly warehouse: string;
  readonly stream: GeneratedStream;
  /** Messages of the whole stream. */
  readonly events: number;
  /** Messages that are sent and pumped together. */
  readonly batchMessages?: number;
  readonly stderr: Output;
  /** Passed on to the platform. */
  readonly platform?: Omit<EmbeddedOptions, 'warehouse' | 'clock' | 'sleep'>;
}

export interface DemoResult {
  readonly reconciliations: readonly Reconciliation[];
  readonly faults: readonly ClassCapture[];
}

/**
 * Sends a generated stream through the platform round by round, on a clock that moves with the stream, runs the
 * orchestrator at the end of each round, and checks what came of it all.
 */
export async function runDemo(options: DemoRunOptions): Promise<DemoResult> {
  const { warehouse, stream, events, batchMessages, stderr } = options;
  const clock = new ManualClock();
  // Waiting has moved the clock on by itself; the stream never turns it back.
  const reach = (milliseconds: number): void => clock.set(Math.max(clock.now(), milliseconds));
  reach(firstInstant(stream));
  const platform = await EmbeddedPlatform.open({
    ...options.platform,
    warehouse,
    clock,
    sleep: immediateSleep(clock),
  });
  try {
    const topics = stream.profiles.map(({ contract }) => contract.topic);
    for (const { queueTopic, contract } of stream.profiles)
      await platform.registerTopic({ queueTopic, contract });
    const sender = new MessageSender(platform, {
      ...(batchMessages !== undefined && { maxMessages: batchMessages }),
      beforeBatch: (last) => reach(last.sentTimestampMs),
    });
    for (const { round, nowMs, messages } of stream.rounds) {
      const before = sender.sent;
      const progress = startProgress(stderr, `round ${round + 1}: queue to RAW`, events, before);
      for (const message of messages) {
        await sender.send(message);
        progress.update(sender.sent);
      }
      await sender.flush();
      reach(nowMs);
      progress.finish(`round ${round + 1}: ${sender.sent - before} messages are in RAW or quarantine`);
      await orchestrateFully(platform, topics, { stderr }, { sleep: immediateSleep(clock) });
      await stderr.line(`round ${round + 1}: Standardized and Curated are up to date`);
    }
    const reconciliations = await platform.reconcile();
    const faults = await verifyCapture({
      groundTruth: stream.groundTruth,
      catalog: platform.catalog,
      tracker: platform.state.errors,
      archive: platform.archive,
    });
    return { reconciliations, faults };
  } finally {
    await platform.close();
  }
}

function firstInstant({ rounds }: GeneratedStream): number {
  for (const { nowMs, messages } of rounds) {
    for (const { sentTimestampMs } of messages) return sentTimestampMs;
    return nowMs;
  }
  return 0;
}
