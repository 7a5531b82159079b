import { LeanOpsError } from '@lean-ops/core';

/** Codes of the errors that `@lean-ops/ingest` throws. What is wrong with a message is an `IngestFailure` instead. */
export type IngestErrorCode =
  | 'ARCHIVE_CORRUPT'
  | 'ARCHIVE_KEY_INVALID'
  | 'ARCHIVE_NOT_FOUND'
  | 'ENVELOPE_UNREADABLE'
  | 'INVALID_ARGUMENT'
  | 'SINK_ANSWER_INVALID'
  | 'SINK_RECORD_REFUSED'
  | 'SINK_TIME_OVER';

/** Errors of `@lean-ops/ingest`: archives, encoded envelopes, sinks. */
export class IngestError extends LeanOpsError<IngestErrorCode> {}
