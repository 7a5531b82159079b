import { afterAll, beforeAll, expect, it } from 'vitest';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { loadSettings } from '../../settings/settings.js';
import {
  openWorkspace,
  type PlannedResource,
  plannedResources,
  preparePlanning,
  type Workspace,
} from '../../terraform/proof/planning.js';
import { readDocuments } from '../emulator/emulator.js';
import { type Deployment, ResourceNames } from '../stack/deployment.js';
import { planStack, type StackPlan } from '../stack/plan-stack.js';
import { castTopics } from '../traffic/topics.js';

const { missing } = await preparePlanning();

const deployment: Deployment = {
  project: 'lean-ops',
  environment: 'rehearsal',
  region: 'eu-west-1',
  account: '123456789012',
  topics: castTopics(24).all,
  streams: 2,
};
const names = new ResourceNames(deployment);

type Values = Readonly<Record<string, unknown>>;
/** Whatever is in a deployment, by name: what Terraform plans and what the rehearsal makes. */
type Inventory = Readonly<Record<string, unknown>>;

suiteWhere(missing, 'what the rehearsal makes is what Terraform makes', () => {
  let workspace: Workspace;
  let terraform: readonly PlannedResource[];
  let rehearsal: StackPlan;

  beforeAll(async () => {
    const documents = await readDocuments();
    rehearsal = planStack({ settings: loadSettings(), deployment, documents, hurry: null });
    workspace = await openWorkspace();
    terraform = await plannedResources(workspace, {
      project_name: deployment.project,
      environment: deployment.environment,
      iceberg_bucket: names.bucket('warehouse'),
      schema_bucket: names.bucket('schemas'),
      stream_count: deployment.streams,
      topics: Object.fromEntries(deployment.topics.map(({ queueTopic, fifo }) => [queueTopic, { fifo }])),
    });
  });
  afterAll(() => workspace?.remove());

  const planned = (type: string, entry: (values: Values) => [string, unknown]): Inventory =>
    Object.fromEntries(terraform.filter((one) => one.type === type).map(({ values }) => entry(values)));

  it('queues', () => {
    const expected = planned('aws_sqs_queue', (queue) => [
      queue['name'] as string,
      {
        VisibilityTimeout: String(queue['visibility_timeout_seconds']),
        MessageRetentionPeriod: String(queue['message_retention_seconds']),
        MaximumMessageSize: String(queue['max_message_size']),
        ...(isTopicQueue(queue['name']) && {
          ReceiveMessageWaitTimeSeconds: String(queue['receive_wait_time_seconds']),
        }),
        ...(queue['fifo_queue'] === true && { FifoQueue: 'true' }),
        ...(queue['fifo_queue'] === true &&
          isTopicQueue(queue['name']) && {
            DeduplicationScope: queue['deduplication_scope'],
            FifoThroughputLimit: queue['fifo_throughput_limit'],
          }),
        ...policy('RedrivePolicy', queue['redrive_policy']),
        ...policy('RedriveAllowPolicy', queue['redrive_allow_policy']),
      },
    ]);
    const made = rehearsal.queues.map(({ name, attributes }) => [
      name,
      {
        ...attributes,
        ...policy('RedrivePolicy', attributes['RedrivePolicy']),
        ...policy('RedriveAllowPolicy', attributes['RedriveAllowPolicy']),
      },
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('functions', () => {
    const expected = planned('aws_lambda_function', (one) => [
      one['function_name'] as string,
      {
        Description: one['description'],
        Runtime: one['runtime'],
        Architectures: one['architectures'],
        Handler: one['handler'],
        Role: one['role'],
        MemorySize: one['memory_size'],
        Timeout: one['timeout'],
        Variables: block(one, 'environment')['variables'],
        reserved: one['reserved_concurrent_executions'],
      },
    ]);
    const made = rehearsal.functions.map(
      ({ key: _, FunctionName, Environment, reservedConcurrency, ...rest }) => [
        FunctionName,
        { ...rest, Variables: Environment!.Variables, reserved: reservedConcurrency ?? -1 },
      ],
    );
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('event source mappings', () => {
    const expected = planned('aws_lambda_event_source_mapping', (mapping) => [
      mapping['event_source_arn'] as string,
      {
        function: (mapping['function_name'] as string).split(':').at(-1),
        batchSize: mapping['batch_size'],
        window:
          typeof mapping['maximum_batching_window_in_seconds'] === 'number'
            ? mapping['maximum_batching_window_in_seconds']
            : 0,
        concurrency: block(mapping, 'scaling_config')['maximum_concurrency'],
        responses: mapping['function_response_types'],
      },
    ]);
    const made = rehearsal.mappings.map((mapping) => [
      mapping.EventSourceArn,
      {
        function: mapping.FunctionName,
        batchSize: mapping.BatchSize,
        window: mapping.MaximumBatchingWindowInSeconds ?? 0,
        concurrency: mapping.ScalingConfig!.MaximumConcurrency,
        responses: mapping.FunctionResponseTypes,
      },
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('streams', () => {
    const expected = planned('aws_kinesis_firehose_delivery_stream', (stream) => {
      const iceberg = block(stream, 'iceberg_configuration');
      const s3 = block(iceberg, 's3_configuration');
      const [processor] = block(iceberg, 'processing_configuration')['processors'] as readonly Values[];
      return [
        stream['name'] as string,
        {
          catalog: iceberg['catalog_arn'],
          appendOnly: iceberg['append_only'],
          hints: [iceberg['buffering_size'], iceberg['buffering_interval']],
          retrySeconds: iceberg['retry_duration'],
          backup: iceberg['s3_backup_mode'],
          role: iceberg['role_arn'],
          errors: [s3['bucket_arn'], s3['error_output_prefix']],
          transform: Object.fromEntries(
            (processor!['parameters'] as readonly Values[]).map((one) => [
              one['parameter_name'],
              one['parameter_value'],
            ]),
          ),
        },
      ];
    });
    const made = rehearsal.streams.map(({ DeliveryStreamName, IcebergDestinationConfiguration: iceberg }) => [
      DeliveryStreamName,
      {
        catalog: iceberg!.CatalogConfiguration!.CatalogARN,
        appendOnly: iceberg!.AppendOnly,
        hints: [iceberg!.BufferingHints!.SizeInMBs, iceberg!.BufferingHints!.IntervalInSeconds],
        retrySeconds: iceberg!.RetryOptions!.DurationInSeconds,
        backup: iceberg!.S3BackupMode,
        role: iceberg!.RoleARN,
        errors: [iceberg!.S3Configuration!.BucketARN, iceberg!.S3Configuration!.ErrorOutputPrefix],
        transform: Object.fromEntries(
          iceberg!.ProcessingConfiguration!.Processors![0]!.Parameters!.map((one) => [
            one.ParameterName,
            one.ParameterValue,
          ]),
        ),
      },
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('the state table', () => {
    const expected = planned('aws_dynamodb_table', (table) => [
      table['name'] as string,
      {
        billing: table['billing_mode'],
        key: [table['hash_key'], table['range_key']],
        attributes: sorted(table['attribute'] as readonly Values[], ({ name, type }) => `${name} ${type}`),
        indexes: (table['global_secondary_index'] as readonly Values[]).map((index) => ({
          name: index['name'],
          key: [index['hash_key'], index['range_key']],
          projection: index['projection_type'],
          attributes: sorted((index['non_key_attributes'] ?? []) as readonly string[], (name) => name),
        })),
      },
    ]);
    const made = rehearsal.tables.map((table) => [
      table.TableName,
      {
        billing: table.BillingMode,
        key: table.KeySchema!.map((one) => one.AttributeName),
        attributes: sorted(
          table.AttributeDefinitions!,
          ({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`,
        ),
        indexes: (table.GlobalSecondaryIndexes ?? []).map((index) => ({
          name: index.IndexName,
          key: index.KeySchema!.map((one) => one.AttributeName),
          projection: index.Projection!.ProjectionType,
          attributes: sorted(index.Projection!.NonKeyAttributes ?? [], (name) => name),
        })),
      },
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('state machines, to the letter', () => {
    const expected = planned('aws_sfn_state_machine', (machine) => [
      machine['name'] as string,
      [machine['definition'], machine['role_arn']],
    ]);
    const made = rehearsal.stateMachines.map(({ name, definition, roleArn }) => [
      name,
      [definition, roleArn],
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('schedules', () => {
    const expected = planned('aws_scheduler_schedule', (schedule) => {
      const target = block(schedule, 'target');
      const retry = block(target, 'retry_policy');
      return [
        schedule['name'] as string,
        {
          group: schedule['group_name'],
          description: schedule['description'],
          expression: schedule['schedule_expression'],
          window: block(schedule, 'flexible_time_window')['mode'],
          target: [target['arn'], target['role_arn'], target['input']],
          retry: [retry['maximum_event_age_in_seconds'], retry['maximum_retry_attempts']],
          deadLetters: block(target, 'dead_letter_config')['arn'],
        },
      ];
    });
    const made = rehearsal.schedules.map((schedule) => [
      schedule.Name,
      {
        group: schedule.GroupName,
        description: schedule.Description,
        expression: schedule.ScheduleExpression,
        window: schedule.FlexibleTimeWindow!.Mode,
        target: [schedule.Target!.Arn, schedule.Target!.RoleArn, schedule.Target!.Input],
        retry: [
          schedule.Target!.RetryPolicy!.MaximumEventAgeInSeconds,
          schedule.Target!.RetryPolicy!.MaximumRetryAttempts,
        ],
        deadLetters: schedule.Target!.DeadLetterConfig!.Arn,
      },
    ]);
    expect(Object.fromEntries(made)).toEqual(expected);
  });

  it('buckets, databases and notices', () => {
    const expected = {
      buckets: Object.keys(planned('aws_s3_bucket', (bucket) => [bucket['bucket'] as string, null])).sort(),
      databases: planned('aws_glue_catalog_database', (database) => [
        database['name'] as string,
        database['location_uri'],
      ]),
      notices: planned('aws_s3_bucket_notification', (notice) => {
        const queue = block(notice, 'queue');
        return [notice['bucket'] as string, [queue['queue_arn'], queue['events'], queue['filter_prefix']]];
      }),
    };
    const made = {
      buckets: [...rehearsal.buckets].sort(),
      databases: Object.fromEntries(rehearsal.databases.map(({ name, location }) => [name, location])),
      notices: Object.fromEntries(
        rehearsal.notifications.map(({ bucket, configuration }) => {
          const queue = configuration.QueueConfigurations![0]!;
          return [bucket, [queue.QueueArn, queue.Events, queue.Filter!.Key!.FilterRules![0]!.Value]];
        }),
      ),
    };
    expect(made).toEqual(expected);
  });
});

function block(values: Values, name: string): Values {
  const [first] = (values[name] ?? []) as readonly Values[];
  return first ?? {};
}

function isTopicQueue(name: unknown): boolean {
  return /-queue(\.fifo)?$/.test(name as string);
}

/** A policy as an object; a value that is none was made up by the plan. */
function policy(name: string, value: unknown): Inventory {
  return typeof value === 'string' && value.startsWith('{') ? { [name]: JSON.parse(value) as unknown } : {};
}

function sorted<Value>(values: readonly Value[], text: (value: Value) => string): string[] {
  return values.map(text).sort();
}
