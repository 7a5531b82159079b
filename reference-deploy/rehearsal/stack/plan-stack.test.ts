import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../settings/settings.js';
import { castTopics } from '../traffic/topics.js';
import { type Deployment, ResourceNames } from './deployment.js';
import { REHEARSAL_HURRY } from './hurry.js';
import { planStack, type StackPlan } from './plan-stack.js';

const settings = loadSettings();
const deployment: Deployment = {
  project: 'lean-ops',
  environment: 'test',
  region: 'eu-west-1',
  account: '000000000000',
  topics: castTopics(8).all,
  streams: 2,
};
const names = new ResourceNames(deployment);
const placeholder = (name: string): string => `\${${name}}`;
const documents = Object.fromEntries(
  Object.values(settings.stateMachines).map(({ document }) => [
    document,
    `{"Resource":"${placeholder('get_all_checkpoints_arn')}","Job":"${placeholder('spark_job_name')}"}`,
  ]),
);
const plan = (hurry: typeof REHEARSAL_HURRY | null): StackPlan =>
  planStack({ settings, deployment, documents, hurry });

describe('planStack', () => {
  it('changes nothing but times for the rehearsal', () => {
    const timeless = (stack: StackPlan): unknown => ({
      ...stack,
      queues: stack.queues.map(({ name, attributes: { VisibilityTimeout: _, ...attributes } }) => ({
        name,
        attributes,
      })),
      mappings: stack.mappings.map(({ MaximumBatchingWindowInSeconds: _, ...mapping }) => mapping),
      streams: stack.streams.map(({ IcebergDestinationConfiguration: destination, ...stream }) => {
        const { IntervalInSeconds: _, ...hints } = destination!.BufferingHints!;
        return { ...stream, destination: { ...destination, BufferingHints: hints } };
      }),
    });
    expect(timeless(plan(REHEARSAL_HURRY))).toEqual(timeless(plan(null)));
    expect(plan(REHEARSAL_HURRY)).not.toEqual(plan(null));
  });

  it('gives every function all that its settings name', () => {
    for (const { key, Environment, MemorySize, Timeout } of plan(null).functions) {
      const setting = settings.functions[key]!;
      const optional = ['LEAN_OPS_MASKING_SECRET', 'LEAN_OPS_LINEAGE', 'LEAN_OPS_LINEAGE_SECRET'];
      const wanted = setting.environment.filter((name) => !optional.includes(name));
      expect(Object.keys(Environment!.Variables!)).toEqual(
        expect.arrayContaining(['LEAN_OPS_PROJECT', 'LEAN_OPS_ENVIRONMENT', ...wanted]),
      );
      expect({ MemorySize, Timeout }).toEqual({
        MemorySize: setting.memoryMb,
        Timeout: setting.timeoutSeconds,
      });
    }
  });

  it('fills in the placeholders of the state machines', () => {
    for (const { definition } of plan(null).stateMachines) {
      expect(JSON.parse(definition!)).toEqual({
        Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:lean-ops-test-get-all-checkpoints',
        Job: 'lean-ops-test-spark',
      });
    }
  });

  it('redrives every topic queue to the central queue of its kind', () => {
    for (const topic of deployment.topics) {
      const queue = plan(null).queues.find(({ name }) => name === names.topicQueue(topic))!;
      const target = `lean-ops-test-dead-letters${topic.fifo ? '.fifo' : ''}`;
      expect(JSON.parse(queue.attributes['RedrivePolicy']!)).toEqual({
        deadLetterTargetArn: `arn:aws:sqs:eu-west-1:000000000000:${target}`,
        maxReceiveCount: settings.queues.topic.maxReceiveCount,
      });
    }
  });

  it('gives a notice of an error object as many receives as its queue says', () => {
    const notices = plan(null).queues.find(({ name }) => name === names.centralQueue('firehose-errors'))!;
    const { maxReceiveCount } = JSON.parse(notices.attributes['RedrivePolicy']!);
    expect(maxReceiveCount).toBe(settings.queues.central['firehose-errors']!.maxReceiveCount);
    expect(maxReceiveCount).toBeGreaterThanOrEqual(50);
  });

  it('makes a queue before those that are redriven to it', () => {
    const order = plan(null).queues.map(({ name }) => name);
    for (const { name, attributes } of plan(null).queues) {
      const policy = attributes['RedrivePolicy'];
      if (policy === undefined) continue;
      const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
      expect(order.indexOf(deadLetterTargetArn.split(':').at(-1)!)).toBeLessThan(order.indexOf(name));
    }
  });

  it('hides messages for six times as long as their function may take', () => {
    for (const { EventSourceArn, FunctionName } of plan(null).mappings) {
      const queue = plan(null).queues.find(({ name }) => names.queueArn(name) === EventSourceArn)!;
      const { Timeout } = plan(null).functions.find((one) => one.FunctionName === FunctionName)!;
      expect(Number(queue.attributes['VisibilityTimeout'])).toBeGreaterThanOrEqual(6 * Timeout!);
    }
  });
});
