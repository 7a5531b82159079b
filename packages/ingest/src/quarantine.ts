import type { ArchiveKind, ErrorTracker, Metrics, TrackedError } from '@lean-ops/core';
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
  const replay = replayText === undefined ? null : parseReplay(replayText, nowMs);
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
 * A replay that failed again opens its tracked error again.
 *
 * @param replays How often the message was replayed before it came here. A delivery failure cannot say: it is a record,
 * and records carry no attributes.
 * @param arrivedMs When the stream took a record that it could not deliver, milliseconds since the epoch: a failure from
 * before the last replay says nothing about it. 0 where it is not known: then any failure opens the record again.
 */
export async function quarantine(
  record: ArchivedMessage,
  dependencies: QuarantineDependencies,
  replays = 0,
  arrivedMs = 0,
): Promise<void> {
  const { archive, tracker, metrics } = dependencies;
  const archiveKey = await archive.put(record);
  const { kind, topic, errorClass, errorCode } = record;
  const isNew = await tracker.record(openError(record, archiveKey, replays));
  if (!isNew && (replays > 0 || kind === 'delivery-failure')) {
    await reopen(record, { replays, arrivedMs }, tracker);
  }
  metrics.add(QUARANTINE_METRIC, 1, 'Count', { topic, kind, errorClass, errorCode });
}

/** What the tracker knows of a message when it comes into the archive. */
export function openError(record: ArchivedMessage, archiveKey: string, replays: number): TrackedError {
  const { id, kind, topic, sqsMessageId, errorClass, errorCode, errorMessage, archivedAtMs } = record;
  return {
    id,
    kind,
    topic,
    sqsMessageId,
    errorClass,
    errorCode,
    errorMessage,
    archiveKey,
    firstSeenAt: archivedAtMs,
    status: 'open',
    replays,
    lastChange: null,
  };
}

/**
 * Whoever replays and whoever archives may be at it at once: a status is changed only from what was seen. A message that
 * comes back from an earlier replay than the last says nothing about the last.
 */
async function reopen(
  { id, kind, errorCode, archivedAtMs }: ArchivedMessage,
  { replays, arrivedMs }: { readonly replays: number; readonly arrivedMs: number },
  tracker: ErrorTracker,
): Promise<void> {
  const change = { at: archivedAtMs, by: 'ingestion', reason: `failed again: ${errorCode}` };
  for (;;) {
    const known = await tracker.get(id);
    if (known === null || isSettled(known, arrivedMs)) return;
    // An open one is counted on: its replay was taken back, and arrived all the same.
    if (known.status === 'open' && replays <= known.replays) return;
    if (kind !== 'delivery-failure' && replays < known.replays) return;
    const from = { status: known.status, replays: known.replays };
    const to = { status: 'open', replays: Math.max(known.replays, replays) } as const;
    if (await tracker.changeStatus(id, { from, to, change })) return;
  }
}

/**
 * Clocks of the stream and of whoever replays differ. Too little would hide a failure; too much opens a record again that
 * arrived.
 */
const CLOCK_SKEW_MS = 300_000;

/**
 * Whether a failure of a record that the stream took at `arrivedMs` has nothing to say about a tracked error: that was
 * discarded, or replayed since. 0 for a time that is not known.
 */
export function isSettled({ status, lastChange }: TrackedError, arrivedMs: number): boolean {
  if (status === 'discarded') return true;
  if (status === 'open' || lastChange === null || arrivedMs === 0) return false;
  return arrivedMs < lastChange.at - CLOCK_SKEW_MS;
}

/** How often a message says it was replayed; 0 where it says nothing that can be believed. */
export function replaysOf(message: QueueMessage, nowMs: number): number {
  const text = message.attributes[REPLAY_ATTRIBUTE];
  return text === undefined ? 0 : (parseReplay(text, nowMs)?.replays ?? 0);
}
