import type { EventSource, Version } from '../event/event-source.js';
import type { FaultClass } from '../fault-class.js';
import type { Expectation } from '../ground-truth.js';
import type { TopicProfile } from '../profile/topic-profile.js';

/** When a message follows the one before it: a few messages on, or in a later round where there is one. */
export type Delay = 'now' | 'soon' | 'later';

/** One message of an incident. */
export interface Draft {
  readonly body: string;
  readonly sqsMessageId: string;
  readonly delay: Delay;
  /** A queue that is not the topic's own. */
  readonly queueArn?: string;
}

/** The messages of one fault and where they belong. */
export interface Incident {
  readonly messages: readonly Draft[];
  readonly expect: readonly Expectation[];
}

/** One way in which a fault class shows itself. */
export interface Scenario {
  readonly name: string;
  readonly faultClass: FaultClass;
  /** Of its class's events, the part that takes this scenario; the parts of a class add up to 1. */
  readonly share: number;
  /** Messages that {@link Scenario.build} gives. */
  readonly messages: number;
  /** Only from the second round on: producers change after the tables exist. */
  readonly laterRounds?: boolean;
  readonly fits?: (profile: TopicProfile) => boolean;
  /** Pure: the same event gives the same incident. */
  build(event: EventSource): Incident;
}

/** The row of this version is what Standardized and Curated hold for the event. */
export function holds(
  event: EventSource,
  version: Version,
  more: {
    mergeKey?: string;
    standardized?: Readonly<Record<string, string | null>>;
    curated?: Readonly<Record<string, string | null>>;
  } = {},
): Expectation[] {
  const mergeKey = more.mergeKey ?? event.mergeKey;
  return [
    { at: 'standardized', mergeKey, values: { '$.eventId': version.eventId, ...more.standardized } },
    { at: 'curated', mergeKey, values: { event_id: version.eventId, ...more.curated } },
    { at: 'errors', mergeKey, failure: null },
  ];
}

/** This version is the newest of its event and fails the contract in `column`. */
export function fails(
  event: EventSource,
  version: Version,
  column: string,
  mergeKey = event.mergeKey,
): Expectation[] {
  return [
    { at: 'standardized', mergeKey, values: { '$.eventId': version.eventId } },
    { at: 'curated', mergeKey, values: null },
    { at: 'errors', mergeKey, failure: { messageId: version.messageId, column } },
  ];
}

/** Every one of these deliveries was accepted: an id that appears twice has two rows. */
export function received(...sqsMessageIds: readonly string[]): Expectation[] {
  const rows = new Map<string, number>();
  for (const id of sqsMessageIds) rows.set(id, (rows.get(id) ?? 0) + 1);
  return [...rows].map(([sqsMessageId, count]) => ({ at: 'raw', sqsMessageId, rows: count }));
}

/** The drafts of successive versions: the first now, the others after their delay. */
export function sequence(event: EventSource, bodies: readonly string[], delay: Delay): Draft[] {
  return bodies.map((body, step) => ({
    body,
    sqsMessageId: event.sqsMessageId(step),
    delay: step === 0 ? 'now' : delay,
  }));
}
