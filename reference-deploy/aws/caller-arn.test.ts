import { expect, it } from 'vitest';
import { callerArn } from './caller-arn.js';

const clientOf = (send: () => Promise<object>) => ({ send }) as never;

it('gives the ARN that AWS says', async () => {
  const Arn = 'arn:aws:sts::123456789012:assumed-role/operator/ada';
  expect(
    await callerArn(
      {},
      clientOf(async () => ({ Arn })),
    ),
  ).toBe(Arn);
});

it('gives none where nobody says it', async () => {
  expect(
    await callerArn(
      {},
      clientOf(async () => ({})),
    ),
  ).toBeNull();
  expect(
    await callerArn(
      {},
      clientOf(() => Promise.reject(new Error('no credentials'))),
    ),
  ).toBeNull();
});
