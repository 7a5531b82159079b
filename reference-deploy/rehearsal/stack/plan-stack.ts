import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { CreateDeliveryStreamCommandInput } from '@aws-sdk/client-firehose';
import type {
  CreateEventSourceMappingCommandInput,
  CreateFunctionCommandInput,
} from '@aws-sdk/client-lambda';
import type { NotificationConfiguration } from '@aws-sdk/client-s3';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { CreateStateMachineCommandInput } from '@aws-sdk/client-sfn';
import type { Settings } from '../../settings/setting.js';
import { visibilityTimeoutSeconds } from '../../settings/visibility-timeout.js';
import { type DeployedTopic, type Deployment, environmentValues, ResourceNames } from './deployment.js';
import type { Hurry } from './hurry.js';

/** A function without its code. */
type PlannedFunction = Omit<CreateFunctionCommandInput, 'Code'> & {
  /** Key in the settings, which is also the name of its bundle. */
  readonly key: string;
  readonly reservedConcurrency: number | null;
};

interface PlannedQueue {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Everything that is created, as the SDK takes it, in the order in which one needs the other. */
export interface StackPlan {
  readonly buckets: readonly string[];
  readonly databases: readonly { readonly name: string; readonly location: string }[];
  readonly tables: readonly CreateTableCommandInput[];
  readonly queues: readonly PlannedQueue[];
  readonly functions: readonly PlannedFunction[];
  readonly streams: readonly CreateDeliveryStreamCommandInput[];
  readonly mappings: readonly CreateEventSourceMappingCommandInput[];
  readonly notifications: readonly {
    readonly bucket: string;
    readonly configuration: NotificationConfiguration;
  }[];
  readonly stateMachines: readonly CreateStateMachineCommandInput[];
  readonly scheduleGroup: string;
  readonly schedules: readonly CreateScheduleCommandInput[];
}

export interface StackOptions {
  readonly settings: Settings;
  readonly deployment: Deployment;
  /** State machine documents by file name, placeholders and all. */
  readonly documents: Readonly<Record<string, string>>;
  /** Null: the times of the settings. */
  readonly hurry: Hurry | null;
}

/**
 * The stack that Terraform makes, from the same settings, as calls of the SDK. Roles and alarms are left out: an
 * emulator has no use for them.
 */
export function planStack(options: StackOptions): StackPlan {
  const { settings, deployment } = options;
  const names = new ResourceNames(deployment);
  return {
    buckets: Object.keys(settings.buckets).map((key) => names.bucket(key)),
    databases: Object.keys(settings.databases).map((layer) => {
      const name = names.database(layer);
      return { name, location: `${names.warehouse}/${name}` };
    }),
    tables: planTables(settings, names),
    queues: [...planCentralQueues(options, names), ...planTopicQueues(options, names)],
    functions: planFunctions(options, names),
    streams: planStreams(options, names),
    mappings: planMappings(options, names),
    notifications: [planErrorNotices(settings, names)],
    stateMachines: planStateMachines(options, names),
    scheduleGroup: names.prefix,
    schedules: planSchedules(settings, names),
  };
}

function planTables({ tables }: Settings, names: ResourceNames): CreateTableCommandInput[] {
  return Object.entries(tables).map(([key, { hashKey, rangeKey, indexes }]) => {
    const attributes = [hashKey, rangeKey, ...indexes.flatMap((index) => [index.hashKey, index.rangeKey])];
    const types = new Map(attributes.flatMap((one) => (one === null ? [] : [[one.name, one.type] as const])));
    return {
      TableName: names.of(key),
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: keySchema(hashKey.name, rangeKey?.name),
      ...(indexes.length > 0 && {
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keySchema(index.hashKey.name, index.rangeKey?.name),
          Projection: projectionOf(index),
        })),
      }),
    };
  });
}

type IndexSetting = Settings['tables'][string]['indexes'][number];

function projectionOf({ projection, include = [] }: IndexSetting) {
  return { ProjectionType: projection, ...(include.length > 0 && { NonKeyAttributes: [...include] }) };
}

function keySchema(
  hash: string,
  range: string | undefined,
): NonNullable<CreateTableCommandInput['KeySchema']> {
  const key = { AttributeName: hash, KeyType: 'HASH' as const };
  return range === undefined ? [key] : [key, { AttributeName: range, KeyType: 'RANGE' }];
}

function planCentralQueues({ settings, hurry }: StackOptions, names: ResourceNames): PlannedQueue[] {
  const { central, topic } = settings.queues;
  const targetOf = (key: string): string | undefined =>
    Object.entries(central).find(([, other]) => other.redriveFrom === key)?.[0];
  // A queue that others are redriven to must be there first.
  const ordered = Object.keys(central).sort(
    (left, right) => Number(targetOf(left) !== undefined) - Number(targetOf(right) !== undefined),
  );
  return ordered.map((key) => {
    const { fifo, retentionSeconds, maxReceiveCount, redriveFrom } = central[key]!;
    const target = targetOf(key);
    return {
      name: names.centralQueue(key),
      attributes: {
        MessageRetentionPeriod: String(retentionSeconds),
        MaximumMessageSize: String(topic.maxMessageBytes),
        VisibilityTimeout: String(centralVisibility(settings, key, hurry)),
        ...(fifo && { FifoQueue: 'true' }),
        ...(redriveFrom === 'topic-queues' && {
          RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'allowAll' }),
        }),
        ...(target !== undefined &&
          maxReceiveCount !== null && {
            RedrivePolicy: redrivePolicy(maxReceiveCount, names.centralQueue(target), names),
          }),
      },
    };
  });
}

/** Queues that people read hide messages for half a minute. */
function centralVisibility(settings: Settings, queue: string, hurry: Hurry | null): number {
  const readers = Object.keys(settings.mappings).filter((key) => settings.mappings[key]!.queue === queue);
  if (readers.length > 0 && hurry !== null) return hurry.centralVisibilitySeconds;
  return Math.max(30, ...readers.map((mapping) => visibilityTimeoutSeconds(settings, mapping)));
}

function planTopicQueues(
  { settings, deployment, hurry }: StackOptions,
  names: ResourceNames,
): PlannedQueue[] {
  const { retentionSeconds, receiveWaitSeconds, maxMessageBytes } = settings.queues.topic;
  const { windowSeconds } = settings.mappings['topics']!;
  return deployment.topics.map((topic) => {
    const seconds = visibilityTimeoutSeconds(settings, 'topics') - (topic.fifo ? windowSeconds : 0);
    const deadLetters = names.centralQueue(topic.fifo ? 'dead-letters-fifo' : 'dead-letters');
    return {
      name: names.topicQueue(topic),
      attributes: {
        VisibilityTimeout: String(hurry?.topicVisibilitySeconds ?? seconds),
        MessageRetentionPeriod: String(retentionSeconds),
        ReceiveMessageWaitTimeSeconds: String(receiveWaitSeconds),
        MaximumMessageSize: String(maxMessageBytes),
        RedrivePolicy: redrivePolicy(settings.queues.topic.maxReceiveCount, deadLetters, names),
        ...(topic.fifo && {
          FifoQueue: 'true',
          DeduplicationScope: 'messageGroup',
          FifoThroughputLimit: 'perMessageGroupId',
        }),
      },
    };
  });
}

function redrivePolicy(maxReceiveCount: number, target: string, names: ResourceNames): string {
  return JSON.stringify({ deadLetterTargetArn: names.queueArn(target), maxReceiveCount });
}

function planFunctions({ settings, deployment }: StackOptions, names: ResourceNames): PlannedFunction[] {
  const values = environmentValues(deployment, settings);
  const shared = Object.keys(values).filter((name) => /^POWERTOOLS_|_(PROJECT|ENVIRONMENT)$/.test(name));
  const { runtime, architecture, handler } = settings.platform;
  return Object.entries(settings.functions).map(([key, setting]) => ({
    key,
    FunctionName: names.of(key),
    Description: setting.description,
    Runtime: runtime as NonNullable<CreateFunctionCommandInput['Runtime']>,
    Architectures: [architecture as 'arm64' | 'x86_64'],
    Handler: handler,
    Role: names.roleArn(key),
    MemorySize: setting.memoryMb,
    Timeout: setting.timeoutSeconds,
    Environment: {
      Variables: Object.fromEntries(
        [...shared, ...setting.environment]
          .map((name): [string, string] => [name, values[name] ?? missing(key, name)])
          .filter(([, value]) => value !== ''),
      ),
    },
    reservedConcurrency:
      setting.reservedConcurrency === 'computed'
        ? deployment.topics.length * settings.mappings['topics']!.maximumConcurrency
        : setting.reservedConcurrency,
  }));
}

function missing(key: string, variable: string): never {
  throw new Error(
    `function ${key} wants ${variable}, which the rehearsal has no value for: add it to deployment.ts`,
  );
}

/** What Firehose takes by itself is not named, as in Terraform, where it would be a change in every plan. */
const FIREHOSE_DEFAULTS: Readonly<Record<string, string>> = {
  NumberOfRetries: '3',
  BufferSizeInMBs: '1',
  BufferIntervalInSeconds: '60',
};

function planStreams(
  { settings, hurry }: StackOptions,
  names: ResourceNames,
): CreateDeliveryStreamCommandInput[] {
  const stream = settings.streams['raw']!;
  const role = names.roleArn('firehose');
  const parameters = {
    LambdaArn: `${names.functionArn(stream.function)}:$LATEST`,
    NumberOfRetries: String(stream.transformRetries),
    BufferSizeInMBs: String(stream.transformBufferMb),
    BufferIntervalInSeconds: String(stream.transformBufferSeconds),
  } as const;
  return names.streams.map((name) => ({
    DeliveryStreamName: name,
    DeliveryStreamType: 'DirectPut',
    IcebergDestinationConfiguration: {
      RoleARN: role,
      AppendOnly: stream.appendOnly,
      CatalogConfiguration: { CatalogARN: names.catalogArn },
      BufferingHints: {
        SizeInMBs: stream.bufferMb,
        IntervalInSeconds: hurry?.bufferSeconds ?? stream.bufferSeconds,
      },
      RetryOptions: { DurationInSeconds: stream.retrySeconds },
      S3BackupMode: 'FailedDataOnly',
      S3Configuration: {
        RoleARN: role,
        BucketARN: names.bucketArn('archive'),
        ErrorOutputPrefix: `${stream.errorPrefix}!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
      },
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'Lambda',
            Parameters: Object.entries(parameters)
              .filter(([name, value]) => FIREHOSE_DEFAULTS[name] !== value)
              .map(([ParameterName, ParameterValue]) => ({
                ParameterName: ParameterName as keyof typeof parameters,
                ParameterValue,
              })),
          },
        ],
      },
    },
  }));
}

function planMappings(options: StackOptions, names: ResourceNames): CreateEventSourceMappingCommandInput[] {
  const { settings, deployment, hurry } = options;
  return Object.values(settings.mappings).flatMap((mapping) => {
    const queues: readonly { readonly name: string; readonly topic: DeployedTopic | null }[] =
      mapping.queue === 'topic'
        ? deployment.topics.map((topic) => ({ name: names.topicQueue(topic), topic }))
        : [{ name: names.centralQueue(mapping.queue), topic: null }];
    return queues.map(({ name, topic }) => {
      const batchSize = topic?.fifo ? (mapping.fifoBatchSize ?? mapping.batchSize) : mapping.batchSize;
      const window = topic?.fifo ? 0 : Math.min(mapping.windowSeconds, hurry?.windowSeconds ?? 300);
      return {
        EventSourceArn: names.queueArn(name),
        FunctionName: names.of(mapping.function),
        BatchSize: batchSize,
        ...(window > 0 && { MaximumBatchingWindowInSeconds: window }),
        ScalingConfig: { MaximumConcurrency: mapping.maximumConcurrency },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      };
    });
  });
}

/** What Firehose could not deliver is told to a queue. */
function planErrorNotices(settings: Settings, names: ResourceNames): StackPlan['notifications'][number] {
  return {
    bucket: names.bucket('archive'),
    configuration: {
      QueueConfigurations: [
        {
          QueueArn: names.queueArn(names.centralQueue('firehose-errors')),
          Events: ['s3:ObjectCreated:*'],
          Filter: {
            Key: { FilterRules: [{ Name: 'prefix', Value: settings.streams['raw']!.errorPrefix }] },
          },
        },
      ],
    },
  };
}

function planStateMachines(
  { settings, documents }: StackOptions,
  names: ResourceNames,
): CreateStateMachineCommandInput[] {
  return Object.entries(settings.stateMachines).map(([key, { document }]) => {
    const text = documents[document];
    if (text === undefined) throw new Error(`there is no state machine document ${document}`);
    return {
      name: names.of(key),
      type: 'STANDARD',
      roleArn: names.roleArn(key),
      definition: filledIn(text, names),
    };
  });
}

/** The document with the deployment's names, as Terraform's `templatefile` gives it. */
function filledIn(document: string, names: ResourceNames): string {
  return document.replace(/\$\{([a-z_]+)\}/g, (_placeholder, name: string) =>
    name === 'spark_job_name'
      ? names.of('spark')
      : names.functionArn(name.replace(/_arn$/, '').replaceAll('_', '-')),
  );
}

function planSchedules(settings: Settings, names: ResourceNames): CreateScheduleCommandInput[] {
  return Object.entries(settings.schedules).map(([key, { description, expression, target, input }]) => ({
    Name: names.of(key),
    Description: description,
    GroupName: names.prefix,
    ScheduleExpression: expression,
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn:
        'function' in target
          ? names.functionArn(target.function)
          : names.stateMachineArn(target.stateMachine),
      RoleArn: names.roleArn('scheduler'),
      Input: JSON.stringify(input),
      RetryPolicy: { MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 3 },
      DeadLetterConfig: { Arn: names.queueArn(names.centralQueue('failed-invocations')) },
    },
  }));
}
