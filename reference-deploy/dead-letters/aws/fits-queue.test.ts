import { describe, expect, it } from 'vitest';
import { fitsQueue } from './fits-queue.js';

const message = (body: string, attributes: Readonly<Record<string, string>> = { trace: 'x' }) => ({
  queueArn: 'arn:aws:sqs:eu-west-1:1:lean-ops-dev-orders-queue',
  body,
  attributes,
  deduplicationId: '1-1',
});

describe('a message fits SQS', () => {
  it('up to a mebibyte with its attributes, counted in bytes', () => {
    const overhead = 'trace'.length + 'String'.length + 1;
    expect(fitsQueue(message('a'.repeat(1_048_576 - overhead)))).toBe(true);
    expect(fitsQueue(message('a'.repeat(1_048_577 - overhead)))).toBe(false);
    expect(fitsQueue(message('é'.repeat(524_288)))).toBe(false);
  });

  it('with ten attributes and no more', () => {
    const attributes = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'v']));
    expect(fitsQueue(message('{}', attributes(10)))).toBe(true);
    expect(fitsQueue(message('{}', attributes(11)))).toBe(false);
  });

  it.each(['', '\u0001', '\ufffe', '\uffff', '\ud800'])('not with text that XML 1.0 lacks: %j', (text) => {
    expect(fitsQueue(message(text === '' ? '' : `{}${text}`))).toBe(false);
    expect(fitsQueue(message('{}', { trace: text }))).toBe(false);
  });

  it('with every character that XML 1.0 has', () => {
    expect(fitsQueue(message('\t\n\r {"é":"\u{1F600}"}'))).toBe(true);
  });

  it.each(['', 'AWS.x', 'amazon.y', '.a', 'a.', 'a..b', 'a b', 'a'.repeat(257)])(
    'not with an attribute named %j',
    (name) => {
      expect(fitsQueue(message('{}', { [name]: 'v' }))).toBe(false);
    },
  );
});
