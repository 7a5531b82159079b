import { type GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { type DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { immediateSleep, ManualClock, MemoryStateStore, type TopicContract } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { deployContract } from '../deploy-contract.js';
import { planDeploy } from '../plan-deploy.js';
import type { DeployPorts } from '../ports.js';
import { removeTopic } from '../remove-topic.js';
import { DeployedTopics } from './deployed-topics.js';
import { rebuildByExecution } from './rebuild-execution.js';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:iot-dev-historical-rebuilder';
const LIVE: TopicContract = {
  topic: 'user_logins',
  version: '1.0.0',
  owner: 'tests',
  columns: { id: { type: 'string', enum: ['a'], onUnknown: 'null' } },
};
const RESET: TopicContract = {
  ...LIVE,
  version: '2.0.0',
  columns: { id: { type: 'string', enum: ['a'] } },
  reset: { justification: 'unknown ids are errors', impact: 'they leave Curated' },
};

interface Execution {
  status: string;
  readonly input: unknown;
}

describe('a deploy to AWS', () => {
  let clock: ManualClock;
  let state: MemoryStateStore;
  let objects: Map<string, string>;
  let executions: Map<string, Execution>;
  /** What an execution does when it is looked at. */
  let work: (execution: Execution) => Promise<void>;
  let ports: DeployPorts;

  const s3 = {
    send: async (command: unknown) => {
      if (command instanceof PutObjectCommand) objects.set(command.input.Key!, command.input.Body as string);
      const { Key } = (command as GetObjectCommand).input;
      const text = objects.get(Key!)!;
      return {
        Body: (async function* () {
          yield Buffer.from(text);
        })(),
      };
    },
  };
  const sqs = {
    send: async (command: unknown) => {
      if (command instanceof GetQueueUrlCommand) return { QueueUrl: command.input.QueueName };
      const { QueueUrl } = (command as GetQueueAttributesCommand).input;
      const waiting = QueueUrl === 'iot-dev-user-logins-queue' ? '7' : '0';
      return { Attributes: { ApproximateNumberOfMessages: waiting } };
    },
  };
  const sfn = {
    send: async (command: unknown) => {
      if (command instanceof StartExecutionCommand) {
        const { name, input } = command.input;
        const executionArn = `${MACHINE.replace('stateMachine', 'execution')}:${name}`;
        if (executions.has(executionArn))
          throw Object.assign(new Error('taken'), { name: 'ExecutionAlreadyExists' });
        executions.set(executionArn, { status: 'RUNNING', input: JSON.parse(input!) });
        return { executionArn };
      }
      const execution = executions.get((command as DescribeExecutionCommand).input.executionArn!)!;
      const { status } = execution;
      await work(execution);
      return { status };
    },
  };

  const goLive = async (execution: Execution): Promise<void> => {
    const row = (await state.topics.get('user_logins'))!;
    await state.topics.put({ ...row, contractVersion: '2.0.0' });
    execution.status = 'SUCCEEDED';
  };

  beforeEach(async () => {
    clock = new ManualClock(1_000);
    state = new MemoryStateStore({ clock });
    const topics = [{ queueTopic: 'user-logins', contract: 'contracts/logins.yaml' }];
    objects = new Map([['topics.json', JSON.stringify({ formatVersion: 1, topics })]]);
    executions = new Map();
    work = goLive;
    const sleep = immediateSleep(clock);
    const deployed = await DeployedTopics.read({
      s3: s3 as never,
      sqs: sqs as never,
      names: { project: 'iot', environment: 'dev' },
      document: { bucket: 'schemas', key: 'topics.json' },
    });
    let executionIds = 0;
    ports = {
      catalog: new MemoryCatalog(),
      state,
      surroundings: deployed,
      documents: deployed,
      tasks: { call: async () => ({ status: 'done' }), newExecutionId: () => `deploy-${executionIds++}` },
      rebuild: (request) =>
        rebuildByExecution(
          {
            ...{ client: sfn as never, stateMachineArn: MACHINE, catalog: ports.catalog, state },
            ...{ topics: state.topics, clock, sleep },
          },
          request,
        ),
      clock,
      sleep,
      leaseTtlMs: 120_000,
    };
  });

  const deploy = (contract: TopicContract) => deployContract(ports, { contract, deployedBy: 'ada' });

  it('spells a topic as its queue does, and writes the contract where the deployment looks for it', async () => {
    const plan = await planDeploy(ports, { contract: LIVE });
    expect(plan).toMatchObject({ queueTopic: 'user-logins', operation: 'NEW_TABLE' });
    expect(plan.steps.map(({ text }) => text)).toContain(
      'write the contract to s3://schemas/contracts/logins.yaml',
    );
    expect(await deploy(LIVE)).toMatchObject({ outcome: 'deployed' });
    expect(JSON.parse(objects.get('contracts/logins.yaml')!)).toEqual(LIVE);
    expect(await state.topics.get('user_logins')).toMatchObject({
      queueTopic: 'user-logins',
      state: 'enabled',
    });
  });

  it('of a declared breaking change starts the rebuilder and awaits it', async () => {
    await deploy(LIVE);
    expect(await deploy(RESET)).toMatchObject({ outcome: 'deployed' });
    expect([...executions.values()]).toEqual([
      {
        status: 'SUCCEEDED',
        input: {
          topic_name: 'user_logins',
          requested_by: 'ada',
          contract_version: '2.0.0',
          accept_raw_gap: false,
        },
      },
    ]);
    expect((await state.outbox.peek('schema_versions', 10)).map(({ row }) => row['operation'])).toEqual([
      'NEW_TABLE',
      'NUCLEAR_RESET',
    ]);
  });

  it('whose rebuild failed says so, and goes on with another execution when it is run again', async () => {
    await deploy(LIVE);
    work = async (execution) => {
      execution.status = 'FAILED';
      const [arn] = executions.keys();
      const runId = `${arn!.split(':').at(-1)}.user_logins`;
      await state.outbox.put(
        [runId, 'another run'].map((run_id) => ({
          id: `${run_id}:failed`,
          table: 'job_runs' as const,
          row: {
            ...{ topic: 'user_logins', run_id, status: 'failed', finished_at: 2_000 },
            ...{ error_code: 'RAW_GAP', error_message: `RAW lacks rows, says ${run_id}` },
          },
        })),
      );
    };
    await expect(deploy(RESET)).rejects.toMatchObject({
      code: 'REBUILD_FAILED',
      message: expect.stringMatching(
        /ended as FAILED \(RAW_GAP: RAW lacks rows, says deploy-\w+-1\.user_logins\)/,
      ),
      context: { status: 'FAILED' },
    });
    work = goLive;
    expect(await deploy(RESET)).toMatchObject({ outcome: 'nothing', finished: '2.0.0' });
    expect(executions.size).toBe(2);
    expect(await state.journals.list('')).toEqual([]);
  });

  it('that was killed awaits the execution that it had started', async () => {
    await deploy(LIVE);
    const request = { topic: 'user_logins', contract: RESET, requestedBy: 'ada', acceptRawGap: false };
    work = async () => {
      throw new Error('killed');
    };
    await expect(ports.rebuild({ ...request, onProgress: () => {} })).rejects.toThrow('killed');
    work = goLive;
    await ports.rebuild({ ...request, onProgress: () => {} });
    expect(executions.size).toBe(1);
  });

  it('keeps topics that the deployment names', async () => {
    await deploy(LIVE);
    const removing = removeTopic(ports, { topic: 'user_logins', removedBy: 'ada' });
    await expect(removing).rejects.toMatchObject({ code: 'TOPIC_IN_USE' });
    expect(await ports.surroundings.waiting('user-logins')).toEqual(['about 7 messages are in its queue']);
  });
});
