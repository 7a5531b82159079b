export { ColumnNames } from './column-names.js';
export {
  CONTRACT_PRIMITIVES,
  type ContractColumn,
  type ContractPrimitive,
  type ContractType,
  type Engine,
  type FlattenLimits,
  type QualityRules,
  type Sensitivity,
  type TopicContract,
} from './contract/contract.js';
export { CONTRACT_DEFAULTS } from './contract/defaults.js';
export {
  ENVELOPE_COLUMNS,
  type Envelope,
  type EnvelopeColumn,
  type EnvelopeColumnType,
  type EnvelopeMode,
  type PublishTimeSource,
} from './envelope.js';
export { CoreError, type CoreErrorCode, LeanOpsError, type LeanOpsErrorOptions } from './error.js';
export { formatPath, pathHash } from './path-text.js';
export {
  type BreakerRow,
  type BreakerState,
  type BreakerStore,
  GLOBAL_BREAKER,
  type OutcomeCounts,
} from './ports/breaker-store.js';
export type { Journal, JournalDocument, JournalStore } from './ports/journal-store.js';
export type {
  Clock,
  LogFields,
  Logger,
  LogLevel,
  Metrics,
  MetricUnit,
  Random,
  Sleep,
} from './ports/runtime.js';
export type {
  ArchiveKind,
  Checkpoint,
  CheckpointStore,
  ContractStore,
  ErrorTracker,
  Layer,
  Lease,
  LeaseRequest,
  LeaseStore,
  OpsEntry,
  OpsOutbox,
  OpsTable,
  RoundStore,
  StateStore,
  StatusChange,
  TopicRegistry,
  TopicRow,
  TopicSchedule,
  TopicState,
  TrackedError,
  TrackedErrorFilter,
  TrackedPosition,
  TrackedStatus,
} from './ports/state-store.js';
export { ManualClock, systemClock } from './runtime/clock.js';
export {
  type JsonLoggerOptions,
  jsonLogger,
  type LogLine,
  MemoryLogger,
  silentLogger,
} from './runtime/logger.js';
export { type Measurement, MemoryMetrics, noopMetrics } from './runtime/metrics.js';
export { seededRandom, systemRandom } from './runtime/random.js';
export { immediateSleep, systemSleep } from './runtime/sleep.js';
export { stableHash } from './runtime/stable-hash.js';
export { MemoryStateStore } from './state-store/memory/memory-state-store.js';
export { METADATA_RETENTION, RAW_RETENTION } from './table-retention.js';
export { tableSafeTopic } from './topic.js';
