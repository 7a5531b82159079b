import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@lean-ops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeployDependencies, type DeployOptions, deploy } from './deploy.js';
import { destroy } from './destroy.js';
import type { ShownPlan } from './plan.js';

/** A service: what it answers to a command, by the command's name. */
type Answers = Readonly<Record<string, (input: Record<string, unknown>) => unknown>>;

let contracts: string;
let did: string[];
let plan: ShownPlan;
let answers: Record<string, Answers[string]>;
let typed: string;

/** Something that is there, and that the plan deletes. */
function goes(type: string, before: Readonly<Record<string, unknown>> = {}, actions = ['delete']): void {
  const address = `module.some.${type}.this["a"]`;
  const change = { mode: 'managed', address, type, index: 'a', change: { actions, before } };
  plan = { ...plan, resource_changes: [...(plan.resource_changes ?? []), change] };
}

function httpError(status: number): Error {
  return Object.assign(new Error(`status ${status}`), { $metadata: { httpStatusCode: status } });
}

function client(): { send: never } {
  const send = async (command: {
    constructor: { name: string };
    input: Record<string, unknown>;
  }): Promise<unknown> => {
    const name = command.constructor.name.replace(/Command$/, '');
    did.push(name);
    const answer = answers[name];
    if (answer === undefined) throw new Error(`nobody answers ${name}`);
    return answer(command.input);
  };
  return { send: send as never };
}

function dependencies(): DeployDependencies {
  const clock = new ManualClock(0);
  return {
    terraform: {
      init: async () => void did.push('init'),
      plan: async (_file, kind) => {
        did.push(`plan ${kind}`);
        return plan;
      },
      apply: async () => void did.push('apply'),
      outputs: async () => ({
        buckets: { archive: 'some-archive' },
        databases: { raw: 'raw_db' },
        topic_queue_urls: { 'user-logins': 'https://sqs/user-logins' },
      }),
    },
    build: async () => void did.push('build'),
    sts: client(),
    s3: client(),
    quotas: { here: client(), global: client() },
    lambda: client(),
    smoke: {
      glue: client(),
      athena: client(),
      sqs: client(),
      clock,
      sleep: async (milliseconds) => clock.advance(milliseconds),
    },
    ask: async () => typed,
    say: () => {},
  };
}

beforeEach(() => {
  contracts = mkdtempSync(join(tmpdir(), 'deploy-'));
  writeFileSync(
    join(contracts, 'user-logins.json'),
    JSON.stringify({
      topic: 'user_logins',
      version: '1.0.0',
      owner: 'team',
      columns: { user_id: { path: '$.user_id', type: 'string' } },
    }),
  );
  did = [];
  typed = 'yes';
  plan = {
    variables: {
      project_name: { value: 'lean-ops' },
      environment: { value: 'dev' },
      protect_data: { value: false },
      schema_bucket: { value: 'some-schemas' },
      topics: { value: { 'user-logins': { contract: 'user-logins.json' } } },
    },
    resource_changes: [
      {
        mode: 'managed',
        type: 'aws_s3_bucket',
        index: 'schemas',
        change: { actions: ['create'], after: { bucket: 'some-schemas' } },
      },
      { mode: 'managed', type: 'aws_sqs_queue', index: 'user-logins', change: { actions: ['create'] } },
      {
        mode: 'managed',
        type: 'aws_cloudwatch_metric_alarm',
        index: 'user-logins-queue-age',
        change: { actions: ['create'] },
      },
    ],
    planned_values: { outputs: { concurrency: { value: { recommended_quota: 900 } } } },
  };
  answers = {
    GetCallerIdentity: () => ({ Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/me' }),
    HeadBucket: () => {
      throw httpError(404);
    },
    ListServiceQuotas: ({ ServiceCode }) => ({
      Quotas: ServiceCode === 'lambda' ? [{ QuotaName: 'Concurrent executions', Value: 1000 }] : [],
    }),
    PutObject: () => ({}),
    Invoke: () => ({ Payload: new TextEncoder().encode('{"registered":["user_logins"]}') }),
    GetTable: () => ({ Table: { Parameters: { table_type: 'ICEBERG', metadata_location: 's3://x' } } }),
    StartQueryExecution: () => ({ QueryExecutionId: 'q' }),
    GetQueryExecution: () => ({ QueryExecution: { Status: { State: 'SUCCEEDED' } } }),
    GetQueryResults: () => ({
      ResultSet: { Rows: [{ Data: [{ VarCharValue: '_col0' }] }, { Data: [{ VarCharValue: '0' }] }] },
    }),
  };
});
afterEach(() => rmSync(contracts, { recursive: true, force: true }));

const run = (options: Partial<DeployOptions> = {}): Promise<void> =>
  deploy(dependencies(), { contracts, ...options });

describe('deploy', () => {
  it('checks, applies, uploads contracts, settles topics and looks at what came of it, in this order', async () => {
    await run();
    const steps = did.filter((step) => step !== 'ListServiceQuotas');
    expect(steps).toEqual([
      'GetCallerIdentity',
      'build',
      'init',
      'plan apply',
      'HeadBucket',
      'apply',
      'PutObject',
      'Invoke',
      'GetTable',
      'StartQueryExecution',
      'GetQueryExecution',
      'GetQueryResults',
    ]);
  });

  it('ends after the checks of a plan where only that is asked for', async () => {
    await run({ planOnly: true });
    expect(did).not.toContain('apply');
    expect(did).toContain('HeadBucket');
  });

  const before: readonly [
    title: string,
    change: () => Partial<DeployOptions>,
    code: string,
    words: RegExp,
  ][] = [
    [
      'another account than the one named',
      () => ({ account: '210987654321' }),
      'ACCOUNT_UNEXPECTED',
      /in account 123456789012 .* not in 210987654321/,
    ],
    [
      'credentials that AWS does not know',
      () => {
        answers['GetCallerIdentity'] = () => {
          throw new Error('expired');
        };
        return {};
      },
      'CREDENTIALS_MISSING',
      /expired/,
    ],
    [
      'a bucket name that another account has',
      () => {
        answers['HeadBucket'] = () => {
          throw httpError(403);
        };
        return {};
      },
      'BUCKET_UNAVAILABLE',
      /some-schemas belongs to another account/,
    ],
    [
      'a bucket that is there already',
      () => {
        answers['HeadBucket'] = () => ({});
        return {};
      },
      'BUCKET_UNAVAILABLE',
      /some-schemas is there already and yours/,
    ],
    [
      'a quota that is too low',
      () => {
        answers['ListServiceQuotas'] = () => ({
          Quotas: [{ QuotaName: 'Concurrent executions', Value: 10 }],
        });
        return {};
      },
      'QUOTA_TOO_LOW',
      /lambda Concurrent executions \(900\)/,
    ],
    [
      'a contract that is not there',
      () => {
        rmSync(join(contracts, 'user-logins.json'));
        return {};
      },
      'CONTRACT_MISSING',
      /user-logins names user-logins.json, which is not in/,
    ],
    [
      'a contract of another topic',
      () => {
        plan = {
          ...plan,
          variables: { ...plan.variables, topics: { value: { other: { contract: 'user-logins.json' } } } },
        };
        return {};
      },
      'CONTRACT_MISSING',
      /other names user-logins.json, which is the contract of user_logins/,
    ],
    [
      'a plan that nobody confirms',
      () => {
        typed = 'no';
        return {};
      },
      'NOT_CONFIRMED',
      /nothing was changed/,
    ],
  ];
  it.each(before)('changes nothing with %s', async (_title, change, code, words) => {
    const error = await run(change()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(words);
    expect(did).not.toContain('apply');
  });

  it('goes on with a low quota where that is asked for', async () => {
    answers['ListServiceQuotas'] = () => ({ Quotas: [{ QuotaName: 'Concurrent executions', Value: 10 }] });
    await run({ lowQuotas: true, yes: true });
    expect(did).toContain('apply');
  });

  describe('with a plan that deletes or replaces what may hold data', () => {
    const holders = [
      'aws_sqs_queue',
      'aws_kinesis_firehose_delivery_stream',
      'aws_dynamodb_table',
      'aws_s3_bucket',
      'aws_glue_catalog_database',
      'aws_kms_key',
    ];
    it.each(
      holders.flatMap((type) =>
        [['delete'], ['delete', 'create'], ['create', 'delete']].map((how) => [type, how] as const),
      ),
    )('changes nothing: %s, %j', async (type, actions) => {
      goes(type, {}, actions);
      const error = await run({ yes: true }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'DATA_WOULD_BE_LOST',
        context: { lost: [`module.some.${type}.this["a"]`] },
      });
      expect((error as Error).message).toContain(`--accept-data-loss 'module.some.${type}.this["a"]'`);
      expect(did).not.toContain('apply');
    });

    it('goes on where each of them is named, and not where one is left out', async () => {
      goes('aws_sqs_queue');
      goes('aws_kinesis_firehose_delivery_stream');
      const acceptDataLoss = ['module.some.aws_sqs_queue.this["a"]'];
      await expect(run({ yes: true, acceptDataLoss })).rejects.toMatchObject({
        context: { lost: ['module.some.aws_kinesis_firehose_delivery_stream.this["a"]'] },
      });
      acceptDataLoss.push('module.some.aws_kinesis_firehose_delivery_stream.this["a"]');
      await run({ yes: true, acceptDataLoss });
      expect(did).toContain('apply');
    });

    it('goes on where what is deleted or replaced holds nothing', async () => {
      goes('aws_cloudwatch_metric_alarm');
      goes('aws_lambda_event_source_mapping', {}, ['delete', 'create']);
      await run({ yes: true });
      expect(did).toContain('apply');
    });
  });

  const after: readonly [title: string, change: () => void, code: string, words: RegExp][] = [
    [
      'topic-sync fails',
      () => {
        answers['Invoke'] = () => ({
          FunctionError: 'Unhandled',
          Payload: new TextEncoder().encode('no catalog'),
        });
      },
      'TOPIC_SYNC_FAILED',
      /lean-ops-dev-topic-sync failed: no catalog/,
    ],
    [
      'topic-sync could not mend a topic',
      () => {
        const drift = [
          { topic: 'user_logins', kind: 'MENDING_FAILED', detail: 'user_logins: CONTRACT_INVALID' },
          { topic: 'gone', kind: 'TOPIC_NOT_WANTED', detail: 'gone' },
        ];
        answers['Invoke'] = () => ({ Payload: new TextEncoder().encode(JSON.stringify({ drift })) });
      },
      'TOPIC_SYNC_FAILED',
      /it is deployed, but 1 topics are not as wanted: user_logins: CONTRACT_INVALID$/,
    ],
    [
      'a RAW table is not there',
      () => {
        answers['GetTable'] = () => {
          throw new Error('not found');
        };
      },
      'SMOKE_TEST_FAILED',
      /Glue has no table raw_db.user_logins_staging/,
    ],
    [
      'a RAW table was made by DDL',
      () => {
        answers['GetTable'] = () => ({ Table: { Parameters: {} } });
      },
      'SMOKE_TEST_FAILED',
      /is no Iceberg table/,
    ],
    [
      'Athena refuses',
      () => {
        answers['GetQueryExecution'] = () => ({
          QueryExecution: { Status: { State: 'FAILED', StateChangeReason: 'no permission' } },
        });
      },
      'SMOKE_TEST_FAILED',
      /Athena: no permission/,
    ],
    [
      'Athena never answers',
      () => {
        answers['GetQueryExecution'] = () => ({ QueryExecution: { Status: { State: 'RUNNING' } } });
      },
      'SMOKE_TEST_FAILED',
      /did not answer within 120 s/,
    ],
  ];
  it.each(after)('says so where %s after the apply', async (_title, change, code, words) => {
    change();
    const error = await run().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).toMatch(words);
  });
});

describe('the smoke test', () => {
  const counts = (...values: string[]): void => {
    answers['SendMessage'] = () => ({});
    answers['Invoke'] = ({ FunctionName, Payload }) => {
      const payload = JSON.parse(new TextDecoder().decode(Payload as Uint8Array)) as {
        override?: { state: string };
      };
      if (payload.override !== undefined) told.push([FunctionName, payload.override.state]);
      return { Payload: new TextEncoder().encode('null') };
    };
    answers['ListEventSourceMappings'] = () => ({
      EventSourceMappings: [
        { EventSourceArn: 'arn:aws:sqs:eu-west-1:1:another-smoke-test', State: 'Enabled' },
        { EventSourceArn: 'arn:aws:sqs:eu-west-1:1:smoke-test', State: switched(told.at(-1)?.[1]) },
      ],
    });
    answers['GetQueryResults'] = () => ({
      ResultSet: { Rows: [{}, { Data: [{ VarCharValue: values.length > 1 ? values.shift() : values[0] }] }] },
    });
  };
  let told: unknown[][];
  let switched: (state: unknown) => string;
  beforeEach(() => {
    told = [];
    switched = (state) => (state === 'open' ? 'Disabled' : 'Enabled');
  });
  const deployWithSmokeTopic = (): Promise<void> => {
    const given = dependencies();
    const outputs = async () => ({
      ...(await given.terraform.outputs()),
      topic_queue_urls: { 'smoke-test': 'https://sqs/smoke-test' },
    });
    return deploy({ ...given, terraform: { ...given.terraform, outputs } }, { contracts, yes: true });
  };

  it('sends a message through the topic smoke-test and waits until Athena reads it', async () => {
    counts('7', '0', '0', '1');
    await deployWithSmokeTopic();
    expect(did.filter((step) => step === 'SendMessage')).toHaveLength(1);
    expect(did.filter((step) => step === 'StartQueryExecution')).toHaveLength(4);
  });

  it('has the breaker switch the mapping of the topic off and on, and leaves the rules to decide', async () => {
    counts('7', '1');
    await deployWithSmokeTopic();
    expect(told).toEqual(['open', 'closed', null].map((state) => ['lean-ops-dev-circuit-breaker', state]));
  });

  it('fails where the breaker may not switch it, and leaves the rules to decide then, too', async () => {
    counts('7', '1');
    switched = () => 'Enabled';
    await expect(deployWithSmokeTopic()).rejects.toThrow(
      /smoke-test is Enabled and not Disabled 180 s after/,
    );
    expect(told.map(([, state]) => state)).toEqual(['open', null]);
  });

  it('fails where the message comes twice, and where it does not come', async () => {
    counts('7', '2');
    await expect(deployWithSmokeTopic()).rejects.toThrow('as 2 messages');
    counts('0');
    await expect(deployWithSmokeTopic()).rejects.toThrow(
      'is not in "raw_db"."smoke_test_staging" after 600 s',
    );
  });
});

describe('destroy', () => {
  it('destroys after the name of the deployment was typed', async () => {
    typed = 'lean-ops-dev';
    await destroy(dependencies(), {});
    expect(did).toEqual(['GetCallerIdentity', 'init', 'plan destroy', 'apply']);
  });

  it.each(['lean-ops-prod', 'yes', ''])('destroys nothing after %j was typed', async (answer) => {
    typed = answer;
    await expect(destroy(dependencies(), {})).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(did).not.toContain('apply');
  });

  it.each<[title: string, change: () => void]>([
    [
      'the variables protect',
      () => (plan = { ...plan, variables: { ...plan.variables, protect_data: { value: true } } }),
    ],
    [
      'the variables do not speak of',
      () => (plan = { ...plan, variables: { ...plan.variables, protect_data: { value: undefined } } }),
    ],
    ['a bucket was deployed to keep', () => goes('aws_s3_bucket', { force_destroy: false })],
    [
      'the state table was deployed to keep',
      () => goes('aws_dynamodb_table', { deletion_protection_enabled: true }),
    ],
  ])('asks nobody and destroys nothing where there is data that %s', async (_title, change) => {
    change();
    await expect(destroy(dependencies(), { confirm: 'lean-ops-dev' })).rejects.toMatchObject({
      code: 'PROTECTED',
    });
    expect(did).not.toContain('apply');
  });

  it('destroys buckets and a state table that were deployed to go', async () => {
    goes('aws_s3_bucket', { force_destroy: true });
    goes('aws_dynamodb_table', { deletion_protection_enabled: false });
    await destroy(dependencies(), { confirm: 'lean-ops-dev' });
    expect(did).toContain('apply');
  });

  it('takes the name from the command line where nobody can type', async () => {
    typed = '';
    await destroy(dependencies(), { confirm: 'lean-ops-dev' });
    expect(did).toContain('apply');
  });
});
