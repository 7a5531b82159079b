import { expect, test } from 'vitest';
import { topicFromQueueArn } from './topic-from-queue-arn.js';

const NAMING = { project: 'lean-ops', environment: 'dev' };
const arn = (queue: string): string => `arn:aws:sqs:eu-west-1:123456789012:${queue}`;

test.each([
  ['lean-ops-dev-events-queue', 'events', 'events', false],
  ['lean-ops-dev-user-logins-queue', 'user_logins', 'user-logins', false],
  ['lean-ops-dev-a-b-c-queue.fifo', 'a_b_c', 'a-b-c', true],
  ['lean-ops-dev-queue-queue', 'queue', 'queue', false],
  ['lean-ops-dev-lean-ops-dev-x-queue', 'lean_ops_dev_x', 'lean-ops-dev-x', false],
])('%s is the queue of %s', (queue, topic, queueTopic, fifo) => {
  expect(topicFromQueueArn(arn(queue), NAMING)).toEqual({ topic, queueTopic, fifo });
});

test.each([
  'lean-ops-prod-events-queue',
  'other-dev-events-queue',
  'lean-ops-dev-events',
  'lean-ops-dev--queue',
  'lean-ops-dev-queue',
  'lean-ops-dev-events-queue.fifo.fifo',
  'lean-ops-dev-1st-queue',
  'lean-ops-dev-events-errors-queue',
  'lean-ops-dev-events_staging-queue',
  'lean-ops-dev-ev ents-queue',
  'lean-ops-dev-unknown-queue',
  'xlean-ops-dev-events-queue',
])('%s is no topic of this deployment', (queue) => {
  expect(topicFromQueueArn(arn(queue), NAMING)).toBeNull();
});

test('other partitions are read, other services and shapes are not', () => {
  const queue = 'lean-ops-dev-events-queue';
  expect(topicFromQueueArn(`arn:aws-cn:sqs:cn-north-1:1:${queue}`, NAMING)?.topic).toBe('events');
  expect(topicFromQueueArn(`arn:aws:sns:eu-west-1:1:${queue}`, NAMING)).toBeNull();
  expect(topicFromQueueArn(queue, NAMING)).toBeNull();
  expect(topicFromQueueArn(`${arn(queue)}:extra`, NAMING)).toBeNull();
  expect(topicFromQueueArn('', NAMING)).toBeNull();
});
