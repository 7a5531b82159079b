/**
 * What the estimate takes for granted, besides the settings. Times are of the platform's own benchmarks, times
 * {@link SLOWER_ON_LAMBDA}; counts are those of the code. `docs/cost.md` says where each comes from.
 */
export const ASSUMED = {
  hoursPerMonth: 730,
  /** Lambda holds so many long polls open for every standard queue it reads. */
  pollersPerQueue: 5,
  /** Messages that one receive or delete request takes along. */
  messagesPerSqsRequest: 10,
  sqsRequestBytes: 65_536,
  /** An invocation's payload, over which Lambda makes no batch. */
  mostBatchBytes: 6_000_000,
  /** Of the processor: an invocation with its calls, and every message. */
  processorMsPerBatch: 60,
  processorMsPerMessage: 0.1,
  /** What an envelope adds to a payload. */
  envelopeBytes: 500,
  firehoseRecordBytes: 5_120,
  transformMsPerBatch: 20,
  transformMsPerMb: 30,
  /** Commits of Firehose and of the jobs: objects written and read. */
  objectsPerDelivery: 4,
  objectsPerCommit: 8,
  objectsPerMaintenance: 8,
  readsPerNight: 200,
  /** How long a snapshot is kept at least, and what it adds to the table's metadata; versions of that at hand. */
  snapshotDays: 5,
  metadataBytes: 10_000,
  metadataBytesPerSnapshot: 810,
  metadataVersions: 20,
  readsPerRun: 30,
  catalogRequestsPerRun: 8,
  /** CPU of the engine per RAW row and per Standardized row. */
  standardizeMsPerRow: 0.017,
  curateMsPerRow: 0.035,
  /** Opening tables, planning and committing, without rows. */
  runMs: 1_500,
  /** Taking or giving back a lease. */
  smallCallMs: 150,
  /** Once a round: reading the registry, writing the ops tables. */
  registryMs: 1_000,
  flushMs: 5_000,
  transitionsPerTopic: 9,
  transitionsPerRound: 6,
  transitionsPerMaintenance: 14,
  transitionsPerReconciliation: 4,
  stateWritesPerRun: 4,
  stateReadsPerRun: 10,
  /** Of a run that found something: entries of the outbox and its head, in transactions, which are billed twice. */
  transactedWritesPerRun: 4,
  /** A night of a topic: looking at its tables; opening and committing a table, and each row that is written again. */
  planMaintenanceMs: 1_500,
  maintainMs: 3_000,
  maintainMsPerRow: 0.004,
  /** Opening a topic's tables, and each row of RAW with what the other layers made of it. */
  reconcileMs: 3_000,
  reconcileMsPerRow: 0.04,
  /** Topics with more rows than this are reconciled in one night of seven. */
  reconcileRowsEachNight: 20_000_000,
  nightsOfLargeTopics: 7,
  /** Once a minute, and once in five. */
  breakerMs: 1_000,
  breakerMsPerTopic: 2,
  breakerReadsPerTopic: 0.5,
  minutesPerTopicSync: 5,
  topicSyncMs: 2_000,
  topicSyncMsPerTopic: 5,
  topicSyncReadsPerTopic: 1,
  /** Glue bills a run for at least a minute. Two workers of one DPU each, the least there is. */
  sparkLeastSeconds: 60,
  sparkStartSeconds: 30,
  sparkSecondsPerMillionRows: 13,
  sparkDpus: 2,
  jobsPerRound: 2,
  /** Bytes kept of one byte of payload, Parquet with zstd, in each of the three layers. */
  compression: 0.15,
  layers: 3,
  logBytesPerBatch: 800,
  logBytesPerRun: 4_000,
  /** Lambda traces the first call of a second, and one in twenty of the others. */
  tracesPerSecond: 1,
  tracedShare: 0.05,
  kmsKeys: 3,
  /** Objects per request to KMS, with bucket keys. */
  objectsPerKmsRequest: 100,
} as const;

/** How much longer a core of Lambda's takes than one of the machine that the benchmarks ran on. */
export const SLOWER_ON_LAMBDA = 1.5;
