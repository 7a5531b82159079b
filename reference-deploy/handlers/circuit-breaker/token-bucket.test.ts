import { immediateSleep, ManualClock } from '@lean-ops/core';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.js';

test('spaces calls evenly and never makes up for a pause with a burst', async () => {
  const clock = new ManualClock(1_000);
  const bucket = new TokenBucket({ perSecond: 4, clock, sleep: immediateSleep(clock) });
  const times: number[] = [];
  const take = async (): Promise<void> => {
    await bucket.take();
    times.push(clock.now() - 1_000);
  };
  for (let call = 0; call < 3; call += 1) await take();
  clock.advance(10_000);
  for (let call = 0; call < 2; call += 1) await take();
  expect(times).toEqual([0, 250, 500, 10_500, 10_750]);
});
