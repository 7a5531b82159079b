import { expect, test } from 'vitest';
import { mapAtOnce } from './map-at-once.js';

test('results come in the order of the items, however long each takes, and no more run than may', async () => {
  let running = 0;
  let most = 0;
  const turns = [5, 1, 4, 2, 3];
  const results = await mapAtOnce(turns, 2, async (count) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < count; turn++) await Promise.resolve();
    running--;
    return count * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('after a failure nothing more is begun', async () => {
  const begun: number[] = [];
  const work = mapAtOnce([1, 2, 3, 4], 1, async (item) => {
    begun.push(item);
    if (item === 2) throw new Error('two');
  });
  await expect(work).rejects.toThrow('two');
  await new Promise((done) => setImmediate(done));
  expect(begun).toEqual([1, 2]);
});
