import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { centralQueueName, streamNames, topicQueueName } from '../../settings/names.js';
import { loadSettings } from '../../settings/settings.js';
import { visibilityTimeoutSeconds } from '../../settings/visibility-timeout.js';
import {
  openWorkspace,
  type PlannedResource,
  plannedResources,
  preparePlanning,
  type Workspace,
} from './planning.js';

const settings = loadSettings();
const names = { project: 'lean-ops', environment: 'dev' };
const { missing } = await preparePlanning();

/** Variables of a deployment with so many topics, every third a FIFO one. */
function variables(topics: number): Record<string, unknown> {
  return {
    project_name: names.project,
    environment: names.environment,
    iceberg_bucket: 'some-warehouse',
    schema_bucket: 'some-schemas',
    stream_count: 2,
    topics: Object.fromEntries(
      Array.from({ length: topics }, (_, index) => [
        `topic-${index}`,
        {
          fifo: index % 3 === 2,
          contract: index === 0 ? 'topic-0.json' : null,
          schedule: index === 1 ? 'daily' : null,
        },
      ]),
    ),
  };
}

suiteWhere(missing, 'the plan', () => {
  let workspace: Workspace;
  let plan: readonly PlannedResource[];
  const of = (type: string): readonly PlannedResource[] => plan.filter((each) => each.type === type);
  const one = (type: string, field: string, value: unknown): Readonly<Record<string, unknown>> => {
    const found = of(type).filter(({ values }) => values[field] === value);
    expect(found, `${type} with ${field} ${value}`).toHaveLength(1);
    return found[0]!.values;
  };

  beforeAll(async () => {
    workspace = await openWorkspace();
    plan = await plannedResources(workspace, variables(3));
  });
  afterAll(() => workspace?.remove());

  it('has four resources for each topic and at most 150 besides', async () => {
    const more = await plannedResources(workspace, variables(5));
    const perTopic = (more.length - plan.length) / 2;
    expect(perTopic).toBeLessThanOrEqual(4);
    expect(plan.length - 3 * perTopic).toBeLessThanOrEqual(150);
  });

  it('makes every function as the settings say', () => {
    for (const [name, setting] of Object.entries(settings.functions)) {
      const made = one('aws_lambda_function', 'function_name', `lean-ops-dev-${name}`);
      expect(made).toMatchObject({
        memory_size: setting.memoryMb,
        timeout: setting.timeoutSeconds,
        runtime: settings.platform.runtime,
        architectures: [settings.platform.architecture],
        handler: settings.platform.handler,
      });
      const [environment] = made['environment'] as [{ variables: Record<string, string> }];
      const optional = ['LEAN_OPS_MASKING_SECRET', 'LEAN_OPS_LINEAGE', 'LEAN_OPS_LINEAGE_SECRET'];
      expect(Object.keys(environment.variables)).toEqual(
        expect.arrayContaining(setting.environment.filter((variable) => !optional.includes(variable))),
      );
    }
  });

  it('keeps asynchronous events as the settings say, and else as Lambda does', () => {
    const made = of('aws_lambda_function_event_invoke_config').map(({ values }) => [
      values['function_name'],
      { maxAgeSeconds: values['maximum_event_age_in_seconds'], maxRetries: values['maximum_retry_attempts'] },
    ]);
    const wanted = Object.entries(settings.functions).flatMap(([name, { asynchronousEvents }]) =>
      asynchronousEvents === undefined ? [] : [[`lean-ops-dev-${name}`, asynchronousEvents]],
    );
    expect(made).toEqual(wanted);
  });

  it('tells every function whether to trace, and the breaker when to open', async () => {
    const variablesOf = (resources: readonly PlannedResource[]) =>
      resources
        .filter(({ type }) => type === 'aws_lambda_function')
        .map(({ values }) => (values['environment'] as [{ variables: Record<string, string> }])[0].variables);
    const tracing = (resources: readonly PlannedResource[]) => [
      ...new Set(variablesOf(resources).map((each) => each['POWERTOOLS_TRACE_ENABLED'])),
    ];
    expect(tracing(plan)).toEqual(['false']);
    expect(tracing(await plannedResources(workspace, { ...variables(1), tracing: true }))).toEqual(['true']);
    const told = variablesOf(plan).flatMap(({ LEAN_OPS_BREAKERS }) => LEAN_OPS_BREAKERS ?? []);
    expect(told.map((text) => JSON.parse(text))).toEqual([settings.platform.breakers]);
    const other = await plannedResources(workspace, {
      ...variables(1),
      breakers: { window_minutes: 10, min_messages: 20 },
    });
    const overridden = variablesOf(other).flatMap(({ LEAN_OPS_BREAKERS }) => LEAN_OPS_BREAKERS ?? []);
    expect(overridden.map((text) => JSON.parse(text))).toEqual([
      { ...settings.platform.breakers, windowMinutes: 10, minMessages: 20 },
    ]);
  });

  it('names no parameter of a transform that is Firehose’s own value: it would be a change in every plan', () => {
    const own = { NumberOfRetries: '3', BufferSizeInMBs: '1', BufferIntervalInSeconds: '60' };
    const parameters = of('aws_kinesis_firehose_delivery_stream').flatMap(({ values }) => {
      const [iceberg] = values['iceberg_configuration'] as [Record<string, [Record<string, [unknown]>]>];
      const [processor] = iceberg['processing_configuration']![0]!['processors'] as [
        { parameters: { parameter_name: string; parameter_value: string }[] },
      ];
      return processor.parameters;
    });
    expect(parameters.map(({ parameter_name }) => parameter_name)).toContain('LambdaArn');
    for (const { parameter_name: name, parameter_value: value } of parameters)
      expect(own[name as keyof typeof own], name).not.toBe(value);
  });

  it('removes what reconciliations have left behind, and nothing else of the tables', () => {
    const { prefix, expireDays } = settings.buckets['warehouse']!.scratch!;
    const expiring = of('aws_s3_bucket_lifecycle_configuration').flatMap(({ values }) =>
      (values['rule'] as { id: string; filter: unknown[]; expiration: unknown[] }[]).filter(
        ({ expiration }) => (expiration ?? []).length > 0,
      ),
    );
    expect(expiring).toMatchObject([
      { id: 'scratch', filter: [{ prefix }], expiration: [{ days: expireDays }] },
    ]);
  });

  it('makes a queue and a mapping for each topic, which report partial failures', () => {
    const queue = one('aws_sqs_queue', 'name', topicQueueName(names, 'topic-0'));
    expect(queue).toMatchObject({
      visibility_timeout_seconds: visibilityTimeoutSeconds(settings, 'topics'),
      message_retention_seconds: settings.queues.topic.retentionSeconds,
      max_message_size: settings.queues.topic.maxMessageBytes,
      sqs_managed_sse_enabled: true,
    });
    const redrive = JSON.parse(queue['redrive_policy'] as string);
    expect(redrive.deadLetterTargetArn).toMatch(new RegExp(`:${centralQueueName(names, 'dead-letters')}$`));
    expect(redrive.maxReceiveCount).toBeGreaterThanOrEqual(settings.queues.topic.maxReceiveCount);
    const mappings = of('aws_lambda_event_source_mapping');
    expect(mappings).toHaveLength(3 + Object.keys(settings.mappings).length - 1);
    for (const { values } of mappings)
      expect(values['function_response_types']).toEqual(['ReportBatchItemFailures']);
  });

  it('gives FIFO queues a FIFO dead-letter queue, batches of ten and no window', () => {
    const queue = one('aws_sqs_queue', 'name', topicQueueName(names, 'topic-2', true));
    expect(queue).toMatchObject({ fifo_queue: true, fifo_throughput_limit: 'perMessageGroupId' });
    expect(JSON.parse(queue['redrive_policy'] as string).deadLetterTargetArn).toMatch(/dead-letters\.fifo$/);
    const arn = queue['arn'];
    const mapping = one('aws_lambda_event_source_mapping', 'event_source_arn', arn);
    expect(mapping).toMatchObject({ batch_size: 10, maximum_batching_window_in_seconds: null });
  });

  it('names streams as the processor is told', () => {
    const streams = of('aws_kinesis_firehose_delivery_stream').map(({ values }) => values['name']);
    expect(streams).toEqual(streamNames(names, 2));
    const { environment } = one('aws_lambda_function', 'function_name', 'lean-ops-dev-sqs-processor') as {
      environment: [{ variables: Record<string, string> }];
    };
    expect(environment[0].variables['LEAN_OPS_STREAMS']).toBe(streams.join());
  });

  it('gives everything asynchronous a place for what fails', () => {
    for (const { values } of of('aws_scheduler_schedule')) {
      const [target] = values['target'] as [{ dead_letter_config: [{ arn: string }] }];
      expect(target.dead_letter_config[0].arn).toMatch(/:lean-ops-dev-failed-invocations$/);
    }
    for (const { target } of Object.values(settings.schedules)) {
      if (!('function' in target)) continue;
      const made = one('aws_lambda_function', 'function_name', `lean-ops-dev-${target.function}`);
      expect(made['dead_letter_config']).toMatchObject([
        { target_arn: expect.stringMatching(/failed-invocations$/) },
      ]);
    }
    const errors = one('aws_sqs_queue', 'name', centralQueueName(names, 'firehose-errors'));
    const redrive = JSON.parse(errors['redrive_policy'] as string);
    expect(redrive.deadLetterTargetArn).toMatch(/failed-invocations$/);
    expect(redrive.maxReceiveCount).toBe(settings.queues.central['firehose-errors']!.maxReceiveCount);
  });

  it('refuses unencrypted requests to every bucket, queue and alarm topic', () => {
    const policies = [
      ...of('aws_s3_bucket_policy'),
      ...of('aws_sqs_queue'),
      ...of('aws_sns_topic_policy'),
    ].map(({ values }) => JSON.parse(values['policy'] as string));
    expect(policies).toHaveLength(3 + 3 + Object.keys(settings.queues.central).length + 2);
    for (const { Statement } of policies)
      expect(Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Condition: { Bool: { 'aws:SecureTransport': ['false'] } },
        }),
      );
  });

  it('shows no bucket to the public, and versions and encrypts each', () => {
    const buckets = of('aws_s3_bucket').length;
    expect(buckets).toBe(Object.keys(settings.buckets).length);
    for (const { values } of of('aws_s3_bucket_public_access_block'))
      expect(values).toMatchObject({
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      });
    for (const type of ['public_access_block', 'versioning', 'server_side_encryption_configuration'])
      expect(of(`aws_s3_bucket_${type}`)).toHaveLength(buckets);
  });

  it('keeps logs for as long as the settings say, encrypted', () => {
    expect(of('aws_cloudwatch_log_group').length).toBeGreaterThan(3);
    for (const { values } of of('aws_cloudwatch_log_group'))
      expect(values).toMatchObject({
        retention_in_days: settings.platform.logRetentionDays,
        kms_key_id: expect.stringMatching(/:key\//),
      });
  });

  it('makes each alarm of the settings, with a link to its section of the runbook', () => {
    const alarms = of('aws_cloudwatch_metric_alarm').map(({ values }) => values);
    for (const [name, alarm] of Object.entries(settings.alarms)) {
      const made = alarms.filter(({ alarm_name }) =>
        new RegExp(`^lean-ops-dev-(topic-\\d-)?${name}$`).test(String(alarm_name)),
      );
      expect(made, name).toHaveLength(alarm.scope === 'topic' ? 3 : 1);
      for (const { alarm_description, alarm_actions } of made) {
        expect(alarm_description).toContain(`operations_runbook.md#${name}`);
        expect(alarm_actions).toEqual([expect.stringMatching(new RegExp(`alarms-${alarm.severity}$`))]);
      }
    }
  });

  it('gives a query the period of its alarm, for it has no metric that has one', () => {
    const made = one('aws_cloudwatch_metric_alarm', 'alarm_name', 'lean-ops-dev-topic-quarantine');
    const { periodSeconds } = settings.alarms['topic-quarantine']!;
    expect(made['metric_query']).toMatchObject([
      {
        expression: expect.stringMatching(/^SELECT .*'lean-ops-dev'/),
        period: periodSeconds,
        return_data: true,
      },
    ]);
  });

  it('searches for queues by the words of their names: in quotes it would be one whole name', () => {
    const { dashboard_body } = one('aws_cloudwatch_dashboard', 'dashboard_name', 'lean-ops-dev');
    const [queues] = /SEARCH\('\{AWS\/SQS[^)]*\)/.exec(String(dashboard_body))!;
    expect(queues).toContain('QueueName=lean QueueName=ops QueueName=dev QueueName=queue');
  });

  it('asks for the freshness of the layer a topic ends at', () => {
    const layerOf = (topic: string): unknown => {
      const { metric_query } = one(
        'aws_cloudwatch_metric_alarm',
        'alarm_name',
        `lean-ops-dev-${topic}-freshness`,
      );
      return (metric_query as [{ metric: [{ dimensions: unknown }] }])[0].metric[0].dimensions;
    };
    expect(layerOf('topic-0')).toEqual({ service: 'lean-ops-dev', topic: 'topic_0', layer: 'curated' });
    expect(layerOf('topic-1')).toEqual({ service: 'lean-ops-dev', topic: 'topic_1', layer: 'standardized' });
  });

  it('fills every placeholder of the state machine documents', () => {
    const machines = of('aws_sfn_state_machine');
    expect(machines).toHaveLength(Object.keys(settings.stateMachines).length);
    for (const { values } of machines) expect(values['definition']).not.toContain('${');
  });

  it('hands the wanted topics to topic-sync', () => {
    const { content } = one('aws_s3_object', 'key', 'topics.json');
    const document = JSON.parse(content as string);
    expect(document).toMatchObject({
      formatVersion: 1,
      topics: [
        { queueTopic: 'topic-0', fifo: false, contract: 'contracts/topic-0.json', schedule: null },
        { queueTopic: 'topic-1', fifo: false, contract: null, schedule: 'daily' },
        { queueTopic: 'topic-2', fifo: true, contract: null },
      ],
    });
  });

  it('passes the tests of the whole that are written in Terraform, with the provider mocked', async () => {
    expect(await workspace.terraform('test', '-no-color')).toMatch(/\d+ passed, 0 failed/);
  });

  it('refuses topics and streams that cannot be made, all at once and in words', async () => {
    const wrong = {
      topics: {
        'a-b': {},
        a_b: {},
        Loud: {},
        'x-errors': {},
        c: { fifo: true, window_seconds: 5 },
        d: { engine: 'rust' },
        e: { window_seconds: 0 },
        f: { schedule: 'weekly' },
      },
      stream_count: 11,
      project_name: 'acme-dev',
      breakers: { window_minutes: 0 },
    };
    const planned = plannedResources(workspace, { ...variables(1), ...wrong });
    const { stderr } = await planned.then(
      () => ({ stderr: '' }),
      (error: { stderr: string }) => error,
    );
    const words = stderr.replaceAll(/[\s│╷╵]+/g, ' ');
    expect(words).toContain('Two topics would write the same tables');
    expect(words).toContain('Topic names take up to 37');
    expect(words).toContain('are kept for tables of the platform');
    expect(words).toContain('a FIFO topic has no window');
    expect(words).toContain('engine is node or spark');
    expect(words).toContain('schedule is every-round, hourly or daily');
    expect(words).toContain('window_seconds is 0 to 300, and at least 1 where batch_size is above 10');
    expect(words).toContain('project_name ends like the name of another deployment');
    expect(words).toContain('window_minutes is a whole number from 1 to 60');
    expect(words).toContain('stream_count is a whole number from 1 to 10');
  });
});

const terraformMissing = await promisify(execFile)('terraform', ['version']).then(
  () => null,
  () => 'needs Terraform 1.7 or newer',
);
suiteWhere(terraformMissing, 'the tests written in Terraform', () => {
  it.each(['modules/compute/concurrency', 'modules/observability/alarms'])('hold for %s', async (module) => {
    const { runTerraformTests } = await import('./terraform-tests.js');
    expect(await runTerraformTests(module)).toMatch(/\d+ passed, 0 failed/);
  });
});
