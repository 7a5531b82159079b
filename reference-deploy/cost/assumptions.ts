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
  readsPerRun: 30,
  catalogRequestsPerRun: 8,
  /** CPU of the engine per RAW row and per Standardized row. */
  standardizeMsPerRow: 0.017,
  curateMsPerRow: 0.035,
  /** Opening tables, planning and committing, without rows. */
  runMs: 1_500,
  /** The small functions of a topic's round together: lease, release, reports. */
  smallCallsPerRound: 2,
  smallCallMs: 150,
  transitionsPerTopic: 9,
  transitionsPerRound: 6,
  stateWritesPerRound: 8,
  stateReadsPerRound: 10,
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
  kmsKeys: 3,
  /** Objects per request to KMS, with bucket keys. */
  objectsPerKmsRequest: 100,
} as const;

/** How much longer a core of Lambda's takes than one of the machine that the benchmarks ran on. */
export const SLOWER_ON_LAMBDA = 1.5;
