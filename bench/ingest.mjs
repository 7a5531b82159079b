// What the ingestion functions weigh, how fast they start, and how fast they are once they run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionSizes, importTimes, measured } from './ingest/jobs.mjs';
import { alone, bounded, reached } from './rows.mjs';

export const name = 'ingest';

const MESSAGES = 1_000_000;
const QUICK_MESSAGES = 200_000;
const TOPICS = 700;

export async function run(options) {
  const bundles = mkdtempSync(join(tmpdir(), 'lean-ops-bench-'));
  try {
    return measure({ ...options, bundles });
  } finally {
    rmSync(bundles, { recursive: true, force: true });
  }
}

function measure({ bundles, runs, quick, say }) {
  say('bundling the functions');
  const sizes = functionSizes(bundles);
  const [largest, bytes] = Object.entries(sizes).reduce((most, next) => (next[1] > most[1] ? next : most));

  // Starting is short and uneven: many runs cost little.
  say('starting the SQS processor');
  const processor = importTimes(bundles, 'sqs-processor', runs * 5);
  say('starting the Firehose transform');
  const transform = importTimes(bundles, 'firehose-transform', runs * 5);

  say('batches of ten messages');
  const latencies = Array.from({ length: runs }, () =>
    measured('latency', { batches: quick ? 5_000 : 20_000 }),
  );

  const messages = quick ? QUICK_MESSAGES : MESSAGES;
  const many = `${messages.toLocaleString('en')} messages of ${TOPICS} topics`;
  const loads = [];
  for (let turn = 0; turn < (quick ? 1 : runs); turn += 1) {
    say(`${many} on a bad day, run ${turn + 1}`);
    loads.push(measured('load', { messages, topics: TOPICS }));
  }
  for (const { lost, doubled, astray, outOfOrder } of loads) {
    if (lost + doubled + astray + outOfOrder > 0) {
      throw new Error(
        `${lost} messages lost, ${doubled} doubled, ${astray} astray, ${outOfOrder} out of order`,
      );
    }
  }
  const perSecond = (cpu) => loads.map((load) => messages / load[cpu]);
  return [
    bounded(`zip of ${largest}, the largest ingestion function`, bytes / 1e6, {
      limit: 1.5,
      goal: 0.7,
      unit: 'MB',
    }),
    bounded('cold import, SQS processor', processor, { limit: 150, goal: 80, unit: 'ms' }),
    bounded('cold import, Firehose transform', transform, { limit: 150, goal: 80, unit: 'ms' }),
    reached('SQS processor, 5 % of calls throttled', perSecond('processorCpuSeconds'), {
      least: 20_000,
      goal: 60_000,
      unit: 'messages/s/core',
    }),
    alone('Firehose transform', perSecond('transformCpuSeconds'), 'messages/s/core'),
    bounded(
      'batch of 10 messages without the sink, p99',
      latencies.map(({ p99 }) => p99),
      { limit: 5, goal: 2, unit: 'ms' },
    ),
    bounded(
      `${many}, growth of the heap`,
      loads.map(({ growthBytes }) => Math.max(0.1, growthBytes / 1e6)),
      { limit: 16, unit: 'MB' },
    ),
  ];
}
