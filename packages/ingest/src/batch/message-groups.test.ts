import { expect, test } from 'vitest';
import { behindFailures } from './message-groups.js';

const FIFO = 'arn:aws:sqs:eu-west-1:1:lean-ops-test-events-queue.fifo';
const OTHER = 'arn:aws:sqs:eu-west-1:1:lean-ops-test-clicks-queue.fifo';
const STANDARD = 'arn:aws:sqs:eu-west-1:1:lean-ops-test-events-queue';

const message = (groupId: string | undefined, queueArn = FIFO, receiveCount = 1) => ({
  messageId: 'id',
  body: '{}',
  sentTimestampMs: 0,
  attributes: {},
  receiveCount,
  queueArn,
  ...(groupId === undefined ? {} : { groupId }),
});
const failing =
  (...indices: number[]) =>
  (index: number): boolean =>
    indices.includes(index);

test('what stands behind the first failure of its group is named, and nothing before it', () => {
  const messages = [message('a'), message('a'), message('a'), message('a')];
  expect(behindFailures(messages, failing(1))).toEqual([2, 3]);
});

test('other groups, and the same group of another queue, go on', () => {
  const messages = [message('a'), message('b'), message('a', OTHER), message('a')];
  expect(behindFailures(messages, failing(0))).toEqual([3]);
});

test('a standard queue has no order, even where its messages name groups', () => {
  expect(behindFailures([message('a', STANDARD), message('a', STANDARD)], failing(0))).toEqual([]);
});

test('messages without a group have no order', () => {
  expect(behindFailures([message(undefined), message(undefined)], failing(0))).toEqual([]);
});

test('nothing stands behind a message that has failed three times', () => {
  const batch = (receives: number) => [message('a', FIFO, receives), message('a'), message('a')];
  expect(behindFailures(batch(2), failing(0))).toEqual([1, 2]);
  expect(behindFailures(batch(3), failing(0))).toEqual([]);
  // Where nobody counted, order goes first.
  expect(behindFailures(batch(Number.NaN), failing(0))).toEqual([1, 2]);
  // One behind it that fails is waited for as any other.
  expect(behindFailures(batch(3), failing(0, 1))).toEqual([2]);
});
