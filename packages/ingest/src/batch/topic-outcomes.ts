import type { ErrorClass } from '../failure/ingest-failure.js';
import type { QueueMessage } from '../queue/queue-message.js';
import type { Undelivered } from './deliver.js';
import type { OutgoingRecord, SortedMessages, TopicLookup } from './sort-messages.js';

/**
 * What became of a topic's messages, as far as it says something about the topic or about the shared sink. Messages
 * that were handed back because the registry or the archive was out of reach say neither, and are not counted.
 */
export interface TopicOutcome {
  readonly topic: string;
  /** Accepted, quarantined, or failed for a reason of the topic's own. */
  readonly messages: number;
  /** Of these, contract and unknown failures. Malformed messages are the producer's, and no failures here. */
  readonly failures: number;
  /** Of the messages, those that the sink took: only these and its failures say something about the sink. */
  readonly accepted: number;
  /** Messages that the shared sink did not take: throttled, timed out, out of reach, or failed as a whole. */
  readonly sinkFailures: number;
}

type Verdict = 'accepted' | 'sound' | 'failed' | 'sink-failed';

export interface BatchVerdicts {
  readonly messages: readonly QueueMessage[];
  readonly lookups: ReadonlyMap<string, TopicLookup>;
  readonly sorted: SortedMessages;
  readonly undelivered: readonly Undelivered<OutgoingRecord>[];
  /** Indices of the rejected messages that are safe. */
  readonly quarantined: ReadonlySet<number>;
}

/** Counts a batch by topic. Messages of queues that are no topic's have none. */
export function topicOutcomes({
  messages,
  lookups,
  sorted,
  undelivered,
  quarantined,
}: BatchVerdicts): TopicOutcome[] {
  const verdicts = new Array<Verdict | null>(messages.length).fill(null);
  for (const { index } of sorted.records) verdicts[index] = 'accepted';
  // One that could not be quarantined comes again, and would count each time for a failure of the archive.
  for (const { index, failure } of sorted.rejected)
    if (quarantined.has(index)) verdicts[index] = verdictOf(failure.errorClass);
  for (const { index } of sorted.undecided) verdicts[index] = 'failed';
  for (const one of undelivered) {
    const { index } = one.item;
    verdicts[index] = isRefused(one) && !quarantined.has(index) ? null : undeliveredVerdict(one);
  }

  const outcomes = new Map<string, { -readonly [Name in keyof TopicOutcome]: TopicOutcome[Name] }>();
  for (const [index, verdict] of verdicts.entries()) {
    const lookup = lookups.get(messages[index]!.queueArn) ?? null;
    if (verdict === null || lookup === null || 'error' in lookup) continue;
    const { topic } = lookup;
    let outcome = outcomes.get(topic);
    if (outcome === undefined) {
      outcome = { topic, messages: 0, failures: 0, accepted: 0, sinkFailures: 0 };
      outcomes.set(topic, outcome);
    }
    if (verdict === 'sink-failed') outcome.sinkFailures += 1;
    else outcome.messages += 1;
    if (verdict === 'accepted') outcome.accepted += 1;
    if (verdict === 'failed') outcome.failures += 1;
  }
  return [...outcomes.values()];
}

function verdictOf(errorClass: ErrorClass): Verdict {
  return errorClass === 'malformed' ? 'sound' : 'failed';
}

/** A record that was never sent for want of time says nothing. */
function undeliveredVerdict({ classification, of }: Undelivered<OutgoingRecord>): Verdict | null {
  if (of === 'time') return null;
  const { errorClass } = classification;
  if (isRefused({ classification, of })) return verdictOf(errorClass);
  return of === 'record' && errorClass === 'unknown' ? 'failed' : 'sink-failed';
}

/** Refused for good, by the sink: then it is quarantined. */
function isRefused({
  classification,
  of,
}: Pick<Undelivered<OutgoingRecord>, 'classification' | 'of'>): boolean {
  return of === 'record' && classification.action === 'DROP';
}
