import { createHash } from 'node:crypto';
import type { ArchiveKind } from '@lean-ops/core';
import { IngestError } from '../error.js';
import type { ArchivedMessage, ArchiveFilter } from './archive.js';

const KEY =
  /^(quarantine|dead-letter|delivery-failure)\/topic=([a-z][a-z0-9_]*)\/day=(\d{4}-\d{2}-\d{2})\/([A-Za-z0-9_-]+)\.json\.gz$/;
const LATEST_MS = Date.UTC(9999, 11, 31);

/** What identifies an archived message: kind, queue id and body, so that no other message can take its place. */
export function archiveId(message: {
  readonly kind: ArchiveKind;
  readonly sqsMessageId: string;
  readonly body: string;
}): string {
  const parts = JSON.stringify([message.kind, message.sqsMessageId, message.body]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}

/**
 * `{kind}/topic={topic}/day={YYYY-MM-DD}/{id}.json.gz`. The day is that of `SentTimestamp`, which stays the same
 * however often a message is archived.
 *
 * @throws {IngestError} `ARCHIVE_KEY_INVALID` when topic or id cannot be part of a key.
 */
export function archiveKey(
  message: Pick<ArchivedMessage, 'kind' | 'topic' | 'id' | 'sentTimestampMs'>,
): string {
  const { kind, topic, id, sentTimestampMs } = message;
  const key = `${kind}/topic=${topic}/day=${dayOf(sentTimestampMs)}/${id}.json.gz`;
  checkKey(key);
  return key;
}

/** @throws {IngestError} `ARCHIVE_KEY_INVALID` for what is no key of an archive. */
export function checkKey(key: string): void {
  if (KEY.test(key)) return;
  throw new IngestError(
    `${JSON.stringify(key)} is no archive key: keys are kind/topic=name/day=YYYY-MM-DD/id.json.gz`,
    { code: 'ARCHIVE_KEY_INVALID', context: { key } },
  );
}

export function keyMatches(key: string, filter: ArchiveFilter): boolean {
  const match = KEY.exec(key);
  return (
    match !== null &&
    (filter.kind === undefined || match[1] === filter.kind) &&
    (filter.topic === undefined || match[2] === filter.topic) &&
    (filter.day === undefined || match[3] === filter.day)
  );
}

/** A producer's clock must not be able to stop a message from being archived. */
function dayOf(milliseconds: number): string {
  const within = Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), LATEST_MS) : 0;
  return new Date(within).toISOString().slice(0, 10);
}
