import { z } from 'zod';
import type { Settings } from './setting.js';

const text = z.string().min(1);
const name = z.string().regex(/^[a-z][a-z0-9-]*$/);
const whole = z.int().min(0);
const positive = z.int().min(1);
const days = positive.nullable();

const platform = z.strictObject({
  runtime: text,
  architecture: z.enum(['arm64', 'x86_64']),
  handler: text,
  logRetentionDays: positive,
  metricsNamespace: text,
  maxStreams: positive.max(10),
  unreservedConcurrency: positive.min(100),
  minMappingConcurrency: positive.min(2),
  breakers: z.strictObject({
    // Counts are kept for an hour.
    windowMinutes: positive.max(60),
    minMessages: positive,
    globalMinMessages: positive,
    globalMinTopics: positive,
    globalFewMessages: positive,
    maxErrorRate: z.number().min(0).lt(1),
    firstPauseSeconds: positive,
    maxPauseSeconds: positive,
    controlCallsPerSecond: positive.max(15),
  }),
});

const lambda = z.strictObject({
  description: text.max(256),
  plane: z.enum(['ingestion', 'orchestration', 'operations']),
  memoryMb: positive.min(128).max(10_240),
  timeoutSeconds: positive.max(900),
  reservedConcurrency: z.union([positive, z.null(), z.literal('computed')]),
  asynchronousEvents: z
    .strictObject({ maxAgeSeconds: positive.min(60).max(21_600), maxRetries: whole.max(2) })
    .exactOptional(),
  environment: z.array(text),
});

const retentionSeconds = positive.min(60).max(1_209_600);

const queues = z.strictObject({
  topic: z.strictObject({
    retentionSeconds,
    receiveWaitSeconds: whole.max(20),
    maxMessageBytes: positive.min(1_024).max(1_048_576),
    maxReceiveCount: positive.min(5).max(1_000),
  }),
  central: z.record(
    name,
    z.strictObject({
      description: text,
      fifo: z.boolean(),
      retentionSeconds,
      maxReceiveCount: positive.min(5).max(1_000).nullable(),
      redriveFrom: text.nullable(),
    }),
  ),
});

const mapping = z.strictObject({
  queue: text,
  function: name,
  batchSize: positive.max(10_000),
  fifoBatchSize: positive.max(10).exactOptional(),
  windowSeconds: whole.max(300),
  maximumConcurrency: positive.min(2).max(1_000),
});

const attribute = z.strictObject({ name: text, type: z.enum(['S', 'N', 'B']) });
const keys = { hashKey: attribute, rangeKey: attribute.nullable() };

const table = z.strictObject({
  description: text,
  ...keys,
  timeToLive: text.nullable(),
  indexes: z.array(
    z.strictObject({
      name: text,
      ...keys,
      projection: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
      include: z.array(text).optional(),
    }),
  ),
});

const stream = z.strictObject({
  description: text,
  function: name,
  bufferMb: positive.max(128),
  bufferSeconds: whole.max(900),
  transformBufferMb: z.number().min(0.2).max(3),
  transformBufferSeconds: whole.max(900),
  transformRetries: whole.max(300),
  retrySeconds: whole.max(7_200),
  appendOnly: z.boolean(),
  errorPrefix: z.string().regex(/^[a-z-]+\/$/),
});

const bucket = z.strictObject({
  description: text,
  expireNoncurrentDays: days,
  archiveAfterDays: days,
  scratch: z.strictObject({ prefix: z.string().regex(/^[a-z/-]+\/$/), expireDays: positive }).nullable(),
});

const schedule = z.strictObject({
  description: text,
  expression: z.string().regex(/^(rate|cron)\(.+\)$/),
  target: z.union([z.strictObject({ function: name }), z.strictObject({ stateMachine: name })]),
  input: z.record(z.string(), z.unknown()),
});

const metric = z.strictObject({
  unit: z.enum(['Count', 'Milliseconds', 'Seconds', 'Bytes', 'Percent']),
  dimensions: z.array(z.array(text)).min(1),
  meaning: text,
  from: z.array(name).min(1),
});

const alarmMetric = z.strictObject({
  namespace: z.union([z.literal('own'), z.string().regex(/^AWS\//)]),
  metric: text,
  statistic: text,
  dimensions: z.record(text, text),
  per: z.literal('stream').exactOptional(),
});

const alarm = z.strictObject({
  title: text,
  severity: z.enum(['critical', 'warning']),
  meaning: text,
  scope: z.enum(['deployment', 'topic']),
  metrics: z.record(z.string().regex(/^[a-z][A-Za-z0-9_]*$/), alarmMetric),
  expression: text.nullable(),
  periodSeconds: z.int().multipleOf(60).min(60),
  evaluationPeriods: positive,
  datapointsToAlarm: positive,
  threshold: z.union([z.number(), z.literal('maxQueueAgeSeconds')]),
  comparison: z.enum(['GreaterThanThreshold', 'LessThanThreshold']),
  missingData: z.enum(['notBreaching', 'breaching', 'ignore']),
});

/** The shape of the settings files, with the limits that AWS puts on single values. */
export const settingsSchema: z.ZodType<Settings> = z.strictObject({
  platform,
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), text),
  functions: z.record(name, lambda),
  queues,
  mappings: z.record(name, mapping),
  tables: z.record(name, table),
  streams: z.record(name, stream),
  buckets: z.record(name, bucket),
  databases: z.record(name, text),
  stateMachines: z.record(
    name,
    z.strictObject({ description: text, document: z.string().regex(/\.asl\.json$/) }),
  ),
  schedules: z.record(name, schedule),
  metrics: z.record(z.string().regex(/^[A-Z][A-Za-z]*$/), metric),
  alarms: z.record(name, alarm),
});
