import type { ArchiveKind } from '@lean-ops/core';

/** A message kept whole, and why it is not in RAW. */
export interface ArchivedMessage {
  /** From {@link archiveId}: the same message archived twice is kept once. */
  readonly id: string;
  readonly kind: ArchiveKind;
  /** Table-safe topic, or `unknown`. */
  readonly topic: string;
  readonly queueArn: string;
  readonly sqsMessageId: string;
  /** The queue's `SentTimestamp`, milliseconds since the epoch. */
  readonly sentTimestampMs: number;
  /** When it was first ingested, or archived where it never was: microseconds since the epoch. */
  readonly firstIngestionMicros: bigint;
  readonly body: string;
  /** Message attributes with string values. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly errorClass: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  /** Milliseconds since the epoch. */
  readonly archivedAtMs: number;
}

export interface ArchiveFilter {
  readonly kind?: ArchiveKind;
  readonly topic?: string;
  /** UTC day of the message's `SentTimestamp`, `YYYY-MM-DD`. */
  readonly day?: string;
}

/** Where messages that are not in RAW are kept. Every implementation passes `archiveContract`. */
export interface Archive {
  /** Durable when it resolves to the key. A repetition changes nothing: the first record of an id is kept. */
  put(message: ArchivedMessage): Promise<string>;
  /** @throws IngestError `ARCHIVE_NOT_FOUND`, `ARCHIVE_CORRUPT`, `ARCHIVE_KEY_INVALID` */
  get(key: string): Promise<ArchivedMessage>;
  /** Keys in order. */
  list(filter?: ArchiveFilter): AsyncIterable<string>;
}
