import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { runIngestionLoad } from './ingestion-load.js';

const isFull = process.env['LEAN_OPS_TEST'] === 'full';
const MESSAGES = isFull ? 1_000_000 : 35_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it(`${MESSAGES} messages of 700 topics come through a bad day: none lost, none doubled, in flat memory`, async () => {
  const heaps: number[] = [];
  const report = await runIngestionLoad({
    messages: MESSAGES,
    topics: 700,
    seed: 20_260_601,
    rates: { throttled: 0.05, refused: 0.01, lostAnswers: 0.002 },
    duplicated: 0.01,
    batchSize: 1_000,
    onProgress: (done) => {
      if (done < (heaps.length + 1) * (MESSAGES / 8)) return;
      collect();
      heaps.push(process.memoryUsage().heapUsed);
    },
  });
  expect(report).toMatchObject({ lost: 0, doubled: 0, astray: 0, outOfOrder: 0 });
  // The day was bad.
  expect(report.throttledCalls).toBeGreaterThan(0);
  expect(report.refusedRecords).toBeGreaterThan(MESSAGES / 200);
  expect(report.handedBack).toBeGreaterThan(0);
  expect(report.redelivered).toBeGreaterThan(MESSAGES / 200);
  expect(report.copies).toBeGreaterThanOrEqual(report.redelivered * 0.99);
  expect(report.quarantined).toBeGreaterThanOrEqual(Math.ceil(MESSAGES / 1_009));
  const [first = 0, ...later] = heaps.slice(1);
  expect(Math.max(...later) - first).toBeLessThan(16 * 1024 * 1024);
}, 1_200_000);
