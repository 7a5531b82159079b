import type { ArchiveKind, ErrorTracker, Metrics } from '@lean-ops/core';
import type { Archive, ArchivedMessage } from './archive/archive.js';
import { archiveId } from './archive/archive-key.js';
import type { IngestFailure } from './failure/ingest-failure.js';
import type { QueueMessage } from './queue/queue-message.js';
import { parseReplay, REPLAY_ATTRIBUTE } from './queue/replay.js';

export interface QuarantineDependencies {
  readonly archive: Archive;
  readonly tracker: ErrorTracker;
  readonly metrics: Metrics;
}

/** Name of the metric that counts archived messages, by topic, kind, class and code. */
export const QUARANTINE_METRIC = 'MessagesArchived';

/**
 * A message and what is wrong with it as an archive keeps them. A replayed message goes under its first identity.
 *
 * @param nowMs Milliseconds since the epoch.
 */
export function archivedMessage(
  message: QueueMessage,
  options: { kind: ArchiveKind; topic: string; failure: IngestFailure; nowMs: number },
): ArchivedMessage {
  const { kind, topic, failure, nowMs } = options;
  const { [REPLAY_ATTRIBUTE]: replayText, ...attributes } = message.attributes;
  const replay = replayText === undefined ? null : parseReplay(replayText);
  const sqsMessageId = replay?.sqsMessageId ?? message.messageId;
  return {
    id: archiveId({ kind, sqsMessageId, body: message.body }),
    kind,
    topic,
    queueArn: message.queueArn,
    sqsMessageId,
    sentTimestampMs: replay?.sentTimestampMs ?? message.sentTimestampMs,
    firstIngestionMicros: replay?.firstIngestionMicros ?? BigInt(nowMs) * 1000n,
    body: message.body,
    // An unreadable replay attribute is evidence and stays; a readable one is in the fields above.
    attributes: replay === null ? message.attributes : attributes,
    errorClass: failure.errorClass,
    errorCode: failure.code,
    errorMessage: failure.message,
    archivedAtMs: nowMs,
  };
}

/**
 * Keeps a message whole: archive, then tracker, then metric. When it resolves the message may be acknowledged;
 * when it rejects the message must go back to the queue. Repeating it changes nothing.
 *
 * @param replays How often the message was replayed before it came here: a replay that failed again opens its
 * tracked error again.
 */
export async function quarantine(
  record: ArchivedMessage,
  dependencies: QuarantineDependencies,
  replays = 0,
): Promise<void> {
  const { archive, tracker, metrics } = dependencies;
  const archiveKey = await archive.put(record);
  const { id, kind, topic, sqsMessageId, errorClass, errorCode, errorMessage } = record;
  const isNew = await tracker.record({
    id,
    kind,
    topic,
    sqsMessageId,
    errorClass,
    errorCode,
    errorMessage,
    archiveKey,
    firstSeenAt: record.archivedAtMs,
    status: 'open',
    replays,
  });
  if (!isNew && replays > 0) await reopen(id, replays, tracker);
  metrics.add(QUARANTINE_METRIC, 1, 'Count', { topic, kind, errorClass, errorCode });
}

async function reopen(id: string, replays: number, tracker: ErrorTracker): Promise<void> {
  const known = await tracker.get(id);
  if (known?.status !== 'replayed') return;
  await tracker.setStatus(id, 'open', Math.max(known.replays, replays));
}

/** How often a message says it was replayed; 0 where it says nothing that can be read. */
export function replaysOf(message: QueueMessage): number {
  const text = message.attributes[REPLAY_ATTRIBUTE];
  return text === undefined ? 0 : (parseReplay(text)?.replays ?? 0);
}
