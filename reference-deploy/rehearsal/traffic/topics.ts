import { tableSafeTopic } from '@lean-ops/core';
import type { DeployedTopic } from '../stack/deployment.js';

const DEMO = ['device-telemetry', 'vehicle-positions', 'meter-readings'] as const;
/** Queues of other projects, which the generator sends to by mistake. */
export const FOREIGN_QUEUES = ['legacy-intake', 'other-project-prod-events-queue', 'queue'] as const;

/** Topics that have a part of their own in the rehearsal; they get the ordinary traffic as well. */
export interface Cast {
  readonly all: readonly DeployedTopic[];
  /** Its contract changes. */
  readonly governed: DeployedTopic;
  /** Its RAW table is missing when the first messages arrive. */
  readonly withoutTable: DeployedTopic;
  /** Its Standardized table cannot be written during the first round of the pipeline. */
  readonly outOfReach: DeployedTopic;
  /** Firehose refuses some of its messages until they are dead letters. */
  readonly refused: DeployedTopic;
  /** The same, from a FIFO queue. */
  readonly refusedInOrder: DeployedTopic;
  /** Its producer breaks the envelope until the breaker opens. */
  readonly broken: DeployedTopic;
  /** The same, from a FIFO queue. */
  readonly brokenInOrder: DeployedTopic;
}

/** The topics of a rehearsal: the demo's three, then fleets that send what they send; every eighth queue is FIFO. */
export function castTopics(count: number): Cast {
  const all = Array.from({ length: count }, (_, index): DeployedTopic => {
    const kind = DEMO[index % DEMO.length]!;
    const fleet = Math.floor(index / DEMO.length);
    return { queueTopic: fleet === 0 ? kind : `${kind}-fleet-${fleet}`, fifo: index % 8 === 7 };
  });
  return {
    all,
    governed: all[0]!,
    outOfReach: all[1]!,
    withoutTable: all[3]!,
    // Of the kind that is always wrapped: a body without payload breaks its envelope.
    broken: all[4]!,
    brokenInOrder: all[7]!,
    refused: all[6]!,
    refusedInOrder: all[7]!,
  };
}

/** The name of the topic's tables. */
export function tableTopic({ queueTopic }: DeployedTopic): string {
  return tableSafeTopic(queueTopic);
}
