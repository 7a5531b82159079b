import type { BreakerStore, Clock, Logger, Metrics } from '@lean-ops/core';
import type { TopicOutcome } from '../batch/topic-outcomes.js';
import { untilAborted } from '../batch/until-aborted.js';

export interface RecordOutcomesDependencies {
  readonly breakers: Pick<BreakerStore, 'count'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Ends the recording: the batch is decided by then, and must not wait for its bookkeeping. */
  readonly signal?: AbortSignal;
}

const MINUTE_MS = 60_000;

/**
 * Adds what a batch says about its topics to the counts of the minute, one cheap write per topic. Never rejects: what
 * could not be recorded is logged and counted (`OutcomesNotRecorded`), and the breakers see a little less.
 *
 * @example
 * const { failures, outcomes } = await processBatch(messages, ports);
 * await recordOutcomes(outcomes, { breakers: state.breakers, clock, logger, metrics });
 */
export async function recordOutcomes(
  outcomes: readonly TopicOutcome[],
  { breakers, clock, logger, metrics, signal }: RecordOutcomesDependencies,
): Promise<void> {
  const minute = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
  const record = async (outcome: TopicOutcome): Promise<void> => {
    if (outcome.messages + outcome.sinkFailures === 0) return;
    try {
      const counted = breakers.count({ ...outcome, minute }, signal === undefined ? {} : { signal });
      await untilAborted(counted, signal);
    } catch (error) {
      logger.warn('what became of a batch was not recorded for the circuit breakers', { ...outcome, error });
      metrics.add('OutcomesNotRecorded', 1, 'Count', { topic: outcome.topic });
    }
  };
  await Promise.all(outcomes.map(record));
}
