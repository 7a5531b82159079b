import type { Clock, Random, Sleep } from '@lean-ops/core';
import { classifyError } from '../failure/classify-error.js';
import type { QueueMessage } from '../queue/queue-message.js';
import type { RetryOptions } from './deliver.js';
import type { RegisteredTopic, TopicLookup } from './sort-messages.js';
import { untilAborted } from './until-aborted.js';

interface LookUpDependencies {
  readonly topicOf: (queueArn: string) => { readonly topic: string; readonly queueTopic?: string } | null;
  readonly registry: (topic: string) => RegisteredTopic | null | Promise<RegisteredTopic | null>;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly retry?: RetryOptions;
}

/**
 * What the registry says of each queue of the messages. One that does not answer is asked again as a put is repeated,
 * but for half the time that is left: the rest is for sending what is known. Never rejects.
 */
export async function lookUpTopics(
  messages: readonly QueueMessage[],
  dependencies: LookUpDependencies,
): Promise<Map<string, TopicLookup>> {
  const { topicOf, clock, deadlineMs } = dependencies;
  const endMs = (clock.now() + deadlineMs) / 2;
  const queueArns = [...new Set(messages.map(({ queueArn }) => queueArn))];
  const lookUp = async (queueArn: string): Promise<[string, TopicLookup]> => {
    const queue = topicOf(queueArn);
    if (queue === null) return [queueArn, null];
    const { topic, queueTopic } = queue;
    try {
      return [queueArn, { topic, queueTopic, row: await askRegistry(topic, endMs, dependencies) }];
    } catch (error) {
      return [queueArn, { topic, error }];
    }
  };
  return new Map(await Promise.all(queueArns.map(lookUp)));
}

async function askRegistry(
  topic: string,
  endMs: number,
  { registry, clock, random, sleep, signal, retry = {} }: LookUpDependencies,
): Promise<RegisteredTopic | null> {
  const { maxAttempts = 6, baseDelayMs = 100, maxDelayMs = 5_000 } = retry;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await untilAborted(Promise.resolve(registry(topic)), signal);
    } catch (error) {
      const delayMs = random.next() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
      const hasTime = clock.now() + delayMs < endMs && signal?.aborted !== true;
      if (!hasTime || attempt >= maxAttempts || classifyError(error).action === 'DROP') throw error;
      await sleep(delayMs, signal);
    }
  }
}
