import type { Clock, Logger, Random, Sleep } from '@lean-ops/core';
import { IngestError } from '../error.js';
import { type Classification, classifyError } from '../failure/classify-error.js';
import type { RawSink, SinkRecord, SinkResult } from '../raw-sink/raw-sink.js';
import { pack } from './pack.js';

export interface RetryOptions {
  /** Puts of one record, the first included. Default 6. */
  readonly maxAttempts?: number;
  /** Upper bound of the first delay; it doubles with every attempt. Default 100. */
  readonly baseDelayMs?: number;
  /** Upper bound of any delay. Default 5,000. */
  readonly maxDelayMs?: number;
}

export interface DeliverDependencies {
  readonly sink: RawSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: Sleep;
  readonly logger: Logger;
  /** Milliseconds since the epoch after which nothing is sent any more. */
  readonly deadlineMs: number;
  /** Ends a call that is still under way when the time is over. */
  readonly signal?: AbortSignal;
  readonly retry?: RetryOptions;
}

/** Records that the sink did not take, each with its last error. */
export interface Undelivered<Item> {
  readonly item: Item;
  readonly classification: Classification;
  readonly error: unknown;
  /** What the error is one of: this very record, the call that carried it, or the time that was over before. */
  readonly of: 'record' | 'call' | 'time';
}

export interface Delivery<Item> {
  readonly undelivered: readonly Undelivered<Item>[];
  /** Puts of records beyond their first. */
  readonly retries: number;
}

const NOT_SENT: Classification = { errorClass: 'timeout', action: 'RETRY', code: 'DEADLINE' };

/**
 * Puts records into the sink. What can be retried is, after a full-jitter delay, as long as the time lasts.
 *
 * Every record that is not in `undelivered` was accepted by the sink itself, by name.
 */
export async function deliver<Item extends SinkRecord>(
  items: readonly Item[],
  dependencies: DeliverDependencies,
): Promise<Delivery<Item>> {
  const { clock, random, sleep, deadlineMs, signal, retry = {} } = dependencies;
  const { maxAttempts = 6, baseDelayMs = 100, maxDelayMs = 5_000 } = retry;
  const undelivered: Undelivered<Item>[] = [];
  let retries = 0;
  let pending: readonly Item[] = items;
  for (let attempt = 1; ; attempt += 1) {
    const failed = await putAll(pending, dependencies);
    undelivered.push(...failed.filter(({ classification }) => classification.action === 'DROP'));
    const again = failed.filter(({ classification }) => classification.action === 'RETRY');
    // AWS Architecture Blog, "Exponential Backoff And Jitter": uniform between 0 and the bound.
    const delayMs = random.next() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
    const hasTime = clock.now() + delayMs < deadlineMs && signal?.aborted !== true;
    if (again.length === 0 || attempt === maxAttempts || !hasTime) {
      return { undelivered: [...undelivered, ...again], retries };
    }
    await sleep(delayMs);
    pending = again.map(({ item }) => item);
    retries += pending.length;
  }
}

async function putAll<Item extends SinkRecord>(
  items: readonly Item[],
  dependencies: DeliverDependencies,
): Promise<Undelivered<Item>[]> {
  const { sink, clock, deadlineMs, signal } = dependencies;
  const failed: Undelivered<Item>[] = [];
  for (const batch of pack(items, sink)) {
    if (clock.now() >= deadlineMs || signal?.aborted === true) {
      const error = new IngestError('no time was left to send the record', {
        code: 'SINK_TIME_OVER',
        retryable: true,
      });
      failed.push(...batch.map((item) => ({ item, classification: NOT_SENT, error, of: 'time' as const })));
      continue;
    }
    failed.push(...(await putBatch(batch, dependencies)));
  }
  return failed;
}

async function putBatch<Item extends SinkRecord>(
  batch: readonly Item[],
  { sink, logger, signal }: DeliverDependencies,
): Promise<Undelivered<Item>[]> {
  let results: readonly SinkResult[];
  try {
    const records = batch.map(({ topic, bytes }) => ({ topic, bytes }));
    results = await sink.put(records, signal === undefined ? {} : { signal });
  } catch (error) {
    logger.warn('the sink took none of a batch', { records: batch.length, error });
    // What is wrong with a whole call says nothing about any one record: none of them is dropped for it.
    const classification: Classification = { ...classifyError(error), action: 'RETRY' };
    return batch.map((item) => ({ item, classification, error, of: 'call' }));
  }
  const failed: Undelivered<Item>[] = [];
  for (const [index, item] of batch.entries()) {
    const result = results[index];
    if (result?.accepted === true) continue;
    const error = result === undefined ? unanswered(batch.length, results.length) : result.error;
    failed.push({ item, classification: classifyError(error), error, of: 'record' });
  }
  return failed;
}

function unanswered(records: number, results: number): IngestError {
  return new IngestError(`the sink gave ${results} results for ${records} records`, {
    code: 'SINK_ANSWER_INVALID',
    context: { records, results },
  });
}
