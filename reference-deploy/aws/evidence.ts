import type { ArchiveKind, ErrorTracker } from '@lean-ops/core';
import type { Evidence } from '@lean-ops/curate';

/**
 * What is known of a topic's messages on AWS: those that were archived. Nobody counts the messages that producers
 * send, so that sum stays open; the tables' own sums are exact all the same.
 */
export function archivedEvidence(tracker: ErrorTracker): (topic: string) => Evidence {
  return (topic) => ({
    messages: null,
    quarantined: archivedIds(tracker, topic, 'quarantine'),
    deadLettered: archivedIds(tracker, topic, 'dead-letter'),
    deliveryFailures: archivedIds(tracker, topic, 'delivery-failure'),
    inFlight: 0,
  });
}

async function* archivedIds(tracker: ErrorTracker, topic: string, kind: ArchiveKind): AsyncIterable<string> {
  for await (const { sqsMessageId } of tracker.list({ topic, kind })) yield sqsMessageId;
}
