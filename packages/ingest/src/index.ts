export type { Archive, ArchivedMessage, ArchiveFilter } from './archive/archive.js';
export { archiveId } from './archive/archive-key.js';
export { MemoryArchive } from './archive/memory-archive.js';
export type { RetryOptions } from './batch/deliver.js';
export {
  type BatchCounts,
  type BatchDrift,
  type BatchResult,
  type ProcessBatchDependencies,
  processBatch,
} from './batch/process-batch.js';
export { type RegisteredTopic, UNKNOWN_TOPIC } from './batch/sort-messages.js';
export type { TopicOutcome } from './batch/topic-outcomes.js';
export {
  afterProbe,
  afterWindow,
  type BreakerSettings,
  closedBreaker,
  DEFAULT_BREAKER_SETTINGS,
  isProbeDue,
  isShut,
  type ProbeResult,
  toHalfOpen,
  withOverride,
  withoutMapping,
} from './circuit-breaker/breaker-rules.js';
export { globalWindow, topicWindows, type Window, windowStart } from './circuit-breaker/outcome-window.js';
export { recordOutcomes } from './circuit-breaker/record-outcomes.js';
export { decodeEnvelope, encodeEnvelope } from './envelope/envelope-codec.js';
export type { EnvelopeDrift, EnvelopeDriftKind } from './envelope/envelope-drift.js';
export { DEFAULT_FIELD_PATHS, type FieldPaths } from './envelope/field-paths.js';
export {
  type NormalizeContext,
  type NormalizedMessage,
  normalizeMessage,
} from './envelope/normalize-message.js';
export { IngestError, type IngestErrorCode } from './error.js';
export { type Classification, classifyError } from './failure/classify-error.js';
export type {
  ErrorClass,
  FailureAction,
  IngestFailure,
  IngestFailureCode,
} from './failure/ingest-failure.js';
export { deliveryFailure, topicOfRecord, type UndeliveredRecord } from './firehose/delivery-failure.js';
export { parseErrorRecord } from './firehose/error-record.js';
export {
  type FirehoseRecord,
  type TransformedRecord,
  type TransformFailure,
  type TransformFailureReason,
  type TransformOptions,
  transformRecords,
} from './firehose/transform-records.js';
export {
  archivedMessage,
  isSettled,
  openError,
  QUARANTINE_METRIC,
  type QuarantineDependencies,
  quarantine,
} from './quarantine.js';
export type { QueueMessage } from './queue/queue-message.js';
export { formatReplay, parseReplay, REPLAY_ATTRIBUTE, type Replay } from './queue/replay.js';
export { type QueueNaming, type QueueTopic, topicFromQueueArn } from './queue/topic-from-queue-arn.js';
export { MemoryRawSink, type MemoryRawSinkOptions } from './raw-sink/memory-raw-sink.js';
export type { RawSink, SinkRecord, SinkResult } from './raw-sink/raw-sink.js';
