/** Where a function works; each plane has one log group. */
type Plane = 'ingestion' | 'orchestration' | 'operations';

/** Runtime and limits that all functions share. */
interface PlatformSetting {
  readonly runtime: string;
  readonly architecture: string;
  /** Export of the bundle that Lambda calls. */
  readonly handler: string;
  readonly logRetentionDays: number;
  readonly metricsNamespace: string;
  /** A CloudWatch alarm takes ten metrics, and one alarm watches all streams. */
  readonly maxStreams: number;
  /** Concurrent executions Lambda keeps for functions without a reservation; it refuses to reserve them. */
  readonly unreservedConcurrency: number;
  /** The least `maximumConcurrency` Lambda accepts for an event source mapping. */
  readonly minMappingConcurrency: number;
  readonly breakers: BreakersSetting;
}

/** When circuit breakers open and how long they wait: `LEAN_OPS_BREAKERS`, see docs/decisions/0002-circuit-breaker.md. */
interface BreakersSetting {
  /** Length of the sliding window. */
  readonly windowMinutes: number;
  /** A topic with fewer messages in its window does not trip. */
  readonly minMessages: number;
  /** The same for the shared sink. */
  readonly globalMinMessages: number;
  /** Where so many topics had something for the sink and it fails for each of them … */
  readonly globalMinTopics: number;
  /** … so few messages suffice. */
  readonly globalFewMessages: number;
  /** A breaker trips above it. */
  readonly maxErrorRate: number;
  readonly firstPauseSeconds: number;
  readonly maxPauseSeconds: number;
  /** Calls of Lambda's control plane, of which an account has 15. */
  readonly controlCallsPerSecond: number;
}

/** A Lambda function; its key is the name of its folder, its entry point (`aws/functions/<name>.ts`) and its zip. */
interface FunctionSetting {
  readonly description: string;
  readonly plane: Plane;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Null: none. `computed`: from the number of topics and the account's limit; see terraform/README.md. */
  readonly reservedConcurrency: number | null | 'computed';
  /** How long an asynchronous event may wait, and how often it is tried again. Absent: six hours and twice, as Lambda has it. */
  readonly asynchronousEvents?: { readonly maxAgeSeconds: number; readonly maxRetries: number };
  /** Variables beside `LEAN_OPS_PROJECT`, `LEAN_OPS_ENVIRONMENT` and Powertools', which every function has. */
  readonly environment: readonly string[];
}

/** The queue of a topic. Its visibility timeout follows from the mapping; see `visibilityTimeoutSeconds`. */
interface TopicQueueSetting {
  readonly retentionSeconds: number;
  readonly receiveWaitSeconds: number;
  readonly maxMessageBytes: number;
  /** Receives before a message is dead-lettered, where the processor's concurrency is not shared out too thinly. */
  readonly maxReceiveCount: number;
}

interface CentralQueueSetting {
  readonly description: string;
  readonly fifo: boolean;
  readonly retentionSeconds: number;
  /** Receives before a message goes to the queue that is redriven from this one; null where none is. */
  readonly maxReceiveCount: number | null;
  /** Whose messages are redriven here. */
  readonly redriveFrom: string | null;
}

/** An event source mapping; all report partial batch failures. */
interface MappingSetting {
  /** `topic`: one mapping per topic; else a key of the central queues. */
  readonly queue: string;
  readonly function: string;
  readonly batchSize: number;
  /** FIFO queues give ten messages at most, and know no window. */
  readonly fifoBatchSize?: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency: number;
}

interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** A DynamoDB table, billed by request. */
interface TableSetting {
  readonly description: string;
  readonly hashKey: KeyAttribute;
  readonly rangeKey: KeyAttribute | null;
  /** Attribute with the epoch second after which an item may go. Expiry is never relied on. */
  readonly timeToLive: string | null;
  readonly indexes: readonly IndexSetting[];
}

interface IndexSetting {
  readonly name: string;
  readonly hashKey: KeyAttribute;
  readonly rangeKey: KeyAttribute | null;
  readonly projection: 'ALL' | 'KEYS_ONLY' | 'INCLUDE';
  /** With `INCLUDE`: what the index repeats besides the keys. */
  readonly include?: readonly string[] | undefined;
}

/** A set of Firehose streams that deliver to Iceberg tables. */
interface StreamSetting {
  readonly description: string;
  /** The transform. */
  readonly function: string;
  readonly bufferMb: number;
  readonly bufferSeconds: number;
  readonly transformBufferMb: number;
  readonly transformBufferSeconds: number;
  readonly transformRetries: number;
  readonly retrySeconds: number;
  /** Scales by itself; can only be chosen when the stream is made. */
  readonly appendOnly: boolean;
  /** On the archive bucket; no archive key begins with it. */
  readonly errorPrefix: string;
}

interface BucketSetting {
  readonly description: string;
  readonly expireNoncurrentDays: number | null;
  /** Days until objects move to Glacier Instant Retrieval. */
  readonly archiveAfterDays: number | null;
  /** Objects under this prefix are of use for hours: what was left behind is removed after some days. */
  readonly scratch: { readonly prefix: string; readonly expireDays: number } | null;
}

interface StateMachineSetting {
  readonly description: string;
  /** File in `state-machines/`. */
  readonly document: string;
}

interface ScheduleSetting {
  readonly description: string;
  /** As EventBridge Scheduler takes it, in UTC. */
  readonly expression: string;
  readonly target: { readonly function: string } | { readonly stateMachine: string };
  readonly input: Readonly<Record<string, unknown>>;
}

type MetricUnitName = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'Percent';

/** A metric of ours, in the namespace of `platform.json`. */
interface MetricSetting {
  readonly unit: MetricUnitName;
  /** Sets of dimensions it is told under, each beside `service`. Whatever else is known is a property, not a dimension. */
  readonly dimensions: readonly (readonly string[])[];
  readonly meaning: string;
  /** Functions that tell it. */
  readonly from: readonly string[];
}

type Severity = 'critical' | 'warning';

/** One metric an alarm looks at. */
export interface AlarmMetric {
  /** `own`: ours, by name in `metrics.json`. */
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  /** Values may hold `{prefix}`, `{topic}`, `{layer}`, `{queue}`, `{stream}` and `{state-machine:name}`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Repeated for each stream. */
  readonly per?: 'stream';
}

/** An alarm; its key is also its section in `docs/operations_runbook.md`. */
export interface AlarmSetting {
  readonly title: string;
  readonly severity: Severity;
  readonly meaning: string;
  /** `topic`: one for each topic. */
  readonly scope: 'deployment' | 'topic';
  readonly metrics: Readonly<Record<string, AlarmMetric>>;
  /**
   * Metric arithmetic over the ids in `metrics`; null where there is one metric. Where there is none, a query of CloudWatch
   * Metrics Insights, with `{namespace}` and `{prefix}`.
   */
  readonly expression: string | null;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  /** A number, or what the topic says. */
  readonly threshold: number | 'maxQueueAgeSeconds';
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  /** `ignore`: the alarm stays as it is until there is a figure again. */
  readonly missingData: 'notBreaching' | 'breaching' | 'ignore';
}

/** Everything that has a name or a size. */
export interface Settings {
  readonly platform: PlatformSetting;
  /** What each environment variable holds. */
  readonly environment: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, FunctionSetting>>;
  readonly queues: {
    readonly topic: TopicQueueSetting;
    readonly central: Readonly<Record<string, CentralQueueSetting>>;
  };
  readonly mappings: Readonly<Record<string, MappingSetting>>;
  readonly tables: Readonly<Record<string, TableSetting>>;
  readonly streams: Readonly<Record<string, StreamSetting>>;
  readonly buckets: Readonly<Record<string, BucketSetting>>;
  /** What each layer's database holds. */
  readonly databases: Readonly<Record<string, string>>;
  readonly stateMachines: Readonly<Record<string, StateMachineSetting>>;
  readonly schedules: Readonly<Record<string, ScheduleSetting>>;
  readonly metrics: Readonly<Record<string, MetricSetting>>;
  readonly alarms: Readonly<Record<string, AlarmSetting>>;
}
