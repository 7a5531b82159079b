import type { Settings } from '../settings/setting.js';
import { ASSUMED, SLOWER_ON_LAMBDA } from './assumptions.js';
import type { Prices } from './price-list.js';

/** What is sent: the events spread evenly over the topics and over time. */
export interface Load {
  readonly topics: number;
  /** Of all topics together. */
  readonly eventsPerSecond: number;
  /** Bytes of a message's body. */
  readonly averageBytes: number;
  /** How long rows are kept. */
  readonly keptDays: number;
}

/** One line of the bill of a month, in the currency of the prices. */
interface CostLine {
  readonly service: string;
  readonly what: string;
  /** With the Node engine, and with Spark on Glue for every topic. */
  readonly node: number;
  readonly spark: number;
}

export interface CostEstimate {
  readonly eventsPerMonth: number;
  readonly lines: readonly CostLine[];
  readonly total: { readonly node: number; readonly spark: number };
  readonly perMillionEvents: { readonly node: number; readonly spark: number };
}

const GB = 1e9;
const MILLION = 1e6;
const SECONDS_PER_HOUR = 3_600;

/**
 * The bill of a month, line by line.
 *
 * @param roundMinutes How often the pipeline runs.
 */
export function estimateCost(
  load: Load,
  { prices, settings, roundMinutes = 15 }: { prices: Prices; settings: Settings; roundMinutes?: number },
): CostEstimate {
  const flow = flowOf(load, settings, roundMinutes);
  const lines = [
    ...ingestion(load, flow, { prices, settings }),
    ...jobs(flow, { prices, settings }),
    ...storage(load, flow, prices),
    ...observation(load, flow, { prices, settings }),
  ];
  const total = {
    node: lines.reduce((sum, line) => sum + line.node, 0),
    spark: lines.reduce((sum, line) => sum + line.spark, 0),
  };
  const millions = flow.events / MILLION;
  return {
    eventsPerMonth: flow.events,
    lines,
    total,
    perMillionEvents: { node: total.node / millions, spark: total.spark / millions },
  };
}

/** Things that happen in a month. */
interface Flow {
  readonly events: number;
  /** Invocations of the processor. */
  readonly batches: number;
  /** Files that Firehose brings. */
  readonly deliveries: number;
  /** Runs of a topic: each is two jobs. */
  readonly runs: number;
  readonly rounds: number;
  /** Runs that find something to do. */
  readonly busyRuns: number;
}

function flowOf(load: Load, settings: Settings, roundMinutes: number): Flow {
  const seconds = ASSUMED.hoursPerMonth * SECONDS_PER_HOUR;
  const { topics, eventsPerSecond, averageBytes } = load;
  const rate = eventsPerSecond / topics;
  const { batchSize, windowSeconds } = settings.mappings['topics']!;
  const fits = Math.max(1, Math.min(batchSize, Math.floor(ASSUMED.mostBatchBytes / averageBytes)));
  const { bufferSeconds, bufferMb } = settings.streams['raw']!;
  const perBuffer = Math.max(1, (bufferMb * MILLION) / (averageBytes + ASSUMED.envelopeBytes));
  const rounds = (ASSUMED.hoursPerMonth * 60) / roundMinutes;
  return {
    events: eventsPerSecond * seconds,
    batches: topics * seconds * gatheredPerSecond(rate, windowSeconds, fits),
    deliveries: topics * seconds * gatheredPerSecond(rate, bufferSeconds, perBuffer),
    rounds,
    runs: rounds * topics,
    busyRuns: rounds * topics * (1 - Math.exp(-rate * roundMinutes * 60)),
  };
}

/**
 * How often in a second things that come at a rate are handed on, where the first waits for others for a time: once per
 * that time and the wait for a first one, unless so many come that the limit is reached earlier.
 */
function gatheredPerSecond(rate: number, waitSeconds: number, most: number): number {
  return Math.max(rate / most, 1 / (waitSeconds + 1 / rate));
}

interface Basis {
  readonly prices: Prices;
  readonly settings: Settings;
}

function ingestion({ topics, averageBytes }: Load, flow: Flow, { prices, settings }: Basis): CostLine[] {
  const { events, batches } = flow;
  const perRequest = Math.ceil((ASSUMED.messagesPerSqsRequest * averageBytes) / ASSUMED.sqsRequestBytes);
  const sent = events * Math.ceil(averageBytes / ASSUMED.sqsRequestBytes);
  const taken = (events / ASSUMED.messagesPerSqsRequest) * (perRequest + 1);
  const polls =
    topics * ASSUMED.pollersPerQueue * (SECONDS_PER_HOUR / settings.queues.topic.receiveWaitSeconds);
  const processorSeconds =
    (batches * ASSUMED.processorMsPerBatch + events * ASSUMED.processorMsPerMessage * SLOWER_ON_LAMBDA) /
    1000;
  const bytes = averageBytes + ASSUMED.envelopeBytes;
  const billed = Math.ceil(bytes / ASSUMED.firehoseRecordBytes) * ASSUMED.firehoseRecordBytes;
  const { transformBufferMb, function: transform } = settings.streams['raw']!;
  const megabytes = (events * bytes) / MILLION;
  const transforms = Math.max(megabytes / transformBufferMb, flow.deliveries / topics);
  const transformSeconds =
    (transforms * ASSUMED.transformMsPerBatch + megabytes * ASSUMED.transformMsPerMb) / 1000;
  const lambda = (name: string, calls: number, seconds: number): number =>
    lambdaCost(prices, { calls, seconds, memoryMb: settings.functions[name]!.memoryMb });
  const sqs = (requests: number): number => (requests / MILLION) * prices.sqsPerMillionRequests;
  return [
    same('SQS', 'messages sent, received and deleted', sqs(sent + taken)),
    same('SQS', 'waiting for messages', sqs(polls * ASSUMED.hoursPerMonth)),
    same('Lambda', 'processor', lambda('sqs-processor', batches, processorSeconds)),
    same(
      'Firehose',
      'bytes delivered, records rounded up to 5 KB',
      ((events * billed) / GB) * prices.firehoseIcebergPerGb,
    ),
    same('Lambda', 'Firehose transform', lambda(transform, transforms, transformSeconds)),
    same('DynamoDB', 'breaker counters and registry', dynamo(prices, batches, batches / 10)),
  ];
}

function jobs({ events, runs, busyRuns, rounds }: Flow, { prices, settings }: Basis): CostLine[] {
  const engineMs = ASSUMED.standardizeMsPerRow + ASSUMED.curateMsPerRow;
  const nodeSeconds =
    (runs * ASSUMED.jobsPerRound * ASSUMED.runMs + events * engineMs * SLOWER_ON_LAMBDA) / 1000;
  const { memoryMb } = settings.functions['standardize']!;
  const node = lambdaCost(prices, { calls: runs * ASSUMED.jobsPerRound, seconds: nodeSeconds, memoryMb });
  const small = lambdaCost(prices, {
    calls: runs * ASSUMED.smallCallsPerRound,
    seconds: (runs * ASSUMED.smallCallsPerRound * ASSUMED.smallCallMs) / 1000,
    memoryMb: settings.functions['acquire-lease']!.memoryMb,
  });
  const rows = events / runs;
  const sparkSeconds = Math.max(
    ASSUMED.sparkLeastSeconds,
    ASSUMED.sparkStartSeconds + (rows / MILLION) * ASSUMED.sparkSecondsPerMillionRows,
  );
  const spark =
    ((runs * ASSUMED.jobsPerRound * sparkSeconds * ASSUMED.sparkDpus) / SECONDS_PER_HOUR) *
    prices.gluePerDpuHour;
  const transitions = runs * ASSUMED.transitionsPerTopic + rounds * ASSUMED.transitionsPerRound;
  const catalog = busyRuns * ASSUMED.jobsPerRound * ASSUMED.catalogRequestsPerRun;
  return [
    { service: 'Lambda', what: 'Standardized and Curated', node, spark: 0 },
    { service: 'Glue', what: 'Spark jobs, a minute each at least', node: 0, spark },
    same('Lambda', 'leases and reports', small),
    same(
      'Step Functions',
      'state transitions',
      (transitions / 1000) * prices.stepFunctionsPerThousandTransitions,
    ),
    same(
      'DynamoDB',
      'leases, checkpoints, outbox',
      dynamo(prices, runs * ASSUMED.stateWritesPerRound, runs * ASSUMED.stateReadsPerRound),
    ),
    same('Glue', 'Data Catalog requests', (catalog / MILLION) * prices.glueCatalogPerMillionRequests),
  ];
}

function storage({ averageBytes, keptDays }: Load, flow: Flow, prices: Prices): CostLine[] {
  const puts =
    flow.deliveries * ASSUMED.objectsPerDelivery +
    flow.busyRuns * ASSUMED.jobsPerRound * ASSUMED.objectsPerCommit;
  const gets = flow.busyRuns * ASSUMED.jobsPerRound * ASSUMED.readsPerRun;
  const daysPerMonth = ASSUMED.hoursPerMonth / 24;
  const kept =
    ((flow.events * averageBytes * ASSUMED.compression * ASSUMED.layers) / GB) * (keptDays / daysPerMonth);
  const kms = (puts + gets) / ASSUMED.objectsPerKmsRequest;
  return [
    same('S3', `rows of ${keptDays} days in three layers`, kept * prices.s3PerGbMonth),
    same(
      'S3',
      'requests',
      (puts / 1000) * prices.s3PerThousandPuts + (gets / 1000) * prices.s3PerThousandGets,
    ),
    same(
      'KMS',
      'keys and requests',
      ASSUMED.kmsKeys * prices.kmsPerKey + (kms / 10_000) * prices.kmsPerTenThousandRequests,
    ),
  ];
}

function observation({ topics }: Load, flow: Flow, { prices, settings }: Basis): CostLine[] {
  let metrics = 0;
  for (const { dimensions } of Object.values(settings.metrics))
    for (const names of dimensions) metrics += seriesOf(names, topics);
  let alarmed = 0;
  for (const { scope, metrics: used } of Object.values(settings.alarms)) {
    // A query is billed for every series that it looks through: one of each topic.
    const looked = Object.keys(used).length === 0 ? topics : Object.keys(used).length;
    alarmed += looked * (scope === 'topic' ? topics : 1);
  }
  const logs =
    flow.batches * ASSUMED.logBytesPerBatch + flow.runs * ASSUMED.jobsPerRound * ASSUMED.logBytesPerRun;
  return [
    same(
      'CloudWatch',
      `${metrics.toLocaleString('en')} metrics`,
      tiered(metrics, prices.cloudWatchMetricTiers),
    ),
    same(
      'CloudWatch',
      'alarms and the dashboard',
      alarmed * prices.cloudWatchPerAlarmMetric + prices.cloudWatchPerDashboard,
    ),
    same('CloudWatch', 'logs', (logs / GB) * prices.cloudWatchPerLogGb),
  ];
}

/** Time series of a metric with some dimensions. */
function seriesOf(dimensions: readonly string[], topics: number): number {
  const perLayer = dimensions.includes('layer') ? 2 : 1;
  return (dimensions.includes('topic') ? topics : 1) * perLayer;
}

function tiered(count: number, tiers: Prices['cloudWatchMetricTiers']): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, each } of tiers) {
    const to = Math.min(count, upTo ?? Number.POSITIVE_INFINITY);
    if (to <= from) break;
    cost += (to - from) * each;
    from = to;
  }
  return cost;
}

function lambdaCost(
  prices: Prices,
  { calls, seconds, memoryMb }: { calls: number; seconds: number; memoryMb: number },
): number {
  return (
    (calls / MILLION) * prices.lambdaPerMillionRequests +
    seconds * (memoryMb / 1024) * prices.lambdaArmPerGbSecond
  );
}

function dynamo(prices: Prices, writes: number, reads: number): number {
  return (
    (writes / MILLION) * prices.dynamoPerMillionWrites + (reads / MILLION) * prices.dynamoPerMillionReads
  );
}

function same(service: string, what: string, cost: number): CostLine {
  return { service, what, node: cost, spark: cost };
}
