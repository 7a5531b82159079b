import { type BreakerRow, GLOBAL_BREAKER, type TopicRow } from '@lean-ops/core';
import type { MappingChange, TopicMapping } from './topic-mappings.js';
import type { TopicEntry } from './topics-document.js';

type DriftKind =
  /** Registered, and not in the document: its messages are still taken. Somebody decides whether it goes. */
  | 'TOPIC_NOT_WANTED'
  /** Its RAW table was gone; made again. */
  | 'TABLE_MISSING'
  /** No queue: the deployment makes it. */
  | 'QUEUE_MISSING'
  /** No mapping, so that messages wait in the queue: the deployment makes it. */
  | 'MAPPING_MISSING'
  /** The mapping was off, and not by the breaker; switched on. */
  | 'MAPPING_OFF'
  /** Failed messages would have been acknowledged; mended. */
  | 'MAPPING_ACKNOWLEDGES_FAILURES'
  /** A mapping of a queue that is no wanted topic's: its messages go to quarantine. */
  | 'MAPPING_NOT_WANTED'
  /** In state `rebuilding`, and no execution works on it: no round takes it until it is rebuilt or given back its state. */
  | 'REBUILD_ABANDONED'
  /** What was to be mended could not be. */
  | 'MENDING_FAILED';

export interface TopicDrift {
  readonly topic: string;
  readonly kind: DriftKind;
  readonly detail: string;
}

/** A mapping, and what to do about it. */
interface MappingRepair {
  readonly topic: string;
  readonly uuid: string;
  readonly change: MappingChange;
  readonly drift: readonly TopicDrift[];
}

export interface MappingPlan {
  readonly repairs: readonly MappingRepair[];
  /** Topics without a mapping. */
  readonly unmapped: readonly TopicEntry[];
  readonly drift: readonly TopicDrift[];
}

/**
 * Compares the mappings with the topics that are wanted; touches nothing.
 *
 * A mapping that the breaker holds is left alone, but for the one setting that loses messages. So is one that is
 * changing.
 */
export function planMappings(
  wanted: readonly TopicEntry[],
  mappings: readonly TopicMapping[],
  breakers: readonly BreakerRow[],
  arnOf: (queueTopic: string, fifo: boolean) => string,
): MappingPlan {
  const held = new Set(breakers.filter(({ mappingHeld }) => mappingHeld).map(({ scope }) => scope));
  const byQueue = new Map(mappings.map((mapping) => [mapping.queueArn, mapping]));
  const repairs: MappingRepair[] = [];
  const unmapped: TopicEntry[] = [];
  for (const entry of wanted) {
    const arn = arnOf(entry.queueTopic, entry.fifo);
    const mapping = byQueue.get(arn);
    byQueue.delete(arn);
    if (mapping === undefined) unmapped.push(entry);
    else repairs.push(...repairOf(entry.topic, mapping, held.has(GLOBAL_BREAKER) || held.has(entry.topic)));
  }
  const drift = [...byQueue.values()].map(
    ({ queueArn, uuid }): TopicDrift => ({
      topic: '',
      kind: 'MAPPING_NOT_WANTED',
      detail: `mapping ${uuid} reads ${queueArn}, which is no wanted topic's`,
    }),
  );
  return { repairs, unmapped, drift };
}

/** How long ago the mapping that is off for longest was switched off, milliseconds; 0 where none is off. */
export function longestStop(mappings: readonly TopicMapping[], now: number): number {
  const stops = mappings
    .filter(({ state, changedAt }) => state === 'Disabled' && changedAt !== null)
    .map(({ changedAt }) => now - changedAt!);
  return Math.max(0, ...stops);
}

function repairOf(topic: string, mapping: TopicMapping, isHeld: boolean): MappingRepair[] {
  const { uuid, state, reportsFailures } = mapping;
  const isOff = state === 'Disabled' && !isHeld;
  const isChanging = state !== 'Enabled' && state !== 'Disabled';
  if (isChanging || (reportsFailures && !isOff)) return [];
  const drift: TopicDrift[] = [];
  if (isOff) {
    const detail = `mapping ${uuid} is off, and no breaker holds it; to stop a topic's messages hold its breaker open`;
    drift.push({ topic, kind: 'MAPPING_OFF', detail });
  }
  if (!reportsFailures) {
    const detail = `mapping ${uuid} does not report batch item failures: messages that are handed back would be lost`;
    drift.push({ topic, kind: 'MAPPING_ACKNOWLEDGES_FAILURES', detail });
  }
  const change: MappingChange = {
    ...(isOff && { enabled: true as const }),
    ...(!reportsFailures && { reportsFailures: true as const }),
  };
  return [{ topic, uuid, change, drift }];
}

/** Registered topics that the document does not name. */
export function notWanted(wanted: readonly TopicEntry[], rows: readonly TopicRow[]): TopicDrift[] {
  const names = new Set(wanted.map(({ topic }) => topic));
  return rows
    .filter(({ topic }) => !names.has(topic))
    .map(({ topic }) => ({
      topic,
      kind: 'TOPIC_NOT_WANTED',
      detail: `topic ${topic} is registered, but not in the topics document`,
    }));
}
