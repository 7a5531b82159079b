import { describe, expect, it } from 'vitest';
import { loadSettings } from '../settings/settings.js';
import { type CostEstimate, estimateCost, NOT_BILLED } from './estimate-cost.js';
import type { Load } from './flow.js';
import { defaultPrices } from './price-list.js';

const { prices } = defaultPrices();
const settings = loadSettings();
const LOAD: Load = { topics: 700, eventsPerSecond: 2_000, averageBytes: 600, keptDays: 365 };

const estimate = (changed: Partial<Load> = {}): CostEstimate =>
  estimateCost({ ...LOAD, ...changed }, { prices, settings });
const costOf = ({ lines }: CostEstimate, service: string, what: RegExp): number => {
  const found = lines.filter((line) => line.service === service && what.test(line.what));
  expect(found).toHaveLength(1);
  return found[0]!.node;
};

describe('the estimate of a month', () => {
  it('is the sum of its lines, none of which is negative or no number', () => {
    const { lines, total } = estimate();
    for (const { node, spark } of lines) {
      expect(node).toBeGreaterThanOrEqual(0);
      expect(spark).toBeGreaterThanOrEqual(0);
    }
    expect(total.node).toBeCloseTo(lines.reduce((sum, { node }) => sum + node, 0));
    expect(total.spark).toBeCloseTo(lines.reduce((sum, { spark }) => sum + spark, 0));
  });

  it('has a line for every function and every state machine, or says why it has none', () => {
    const billed = estimate().lines.flatMap(({ of = [] }) => of);
    const all = [...Object.keys(settings.functions), ...Object.keys(settings.stateMachines)];
    expect([...billed, ...Object.keys(NOT_BILLED)].sort()).toEqual(all.sort());
  });

  it('bills reconciliation by the rows that are kept, and maintenance by those of a day', () => {
    const year = estimate();
    const two = estimate({ keptDays: 730 });
    const rows = (of: CostEstimate): number =>
      costOf(of, 'Lambda', /reconciliation/) -
      costOf(estimate({ eventsPerSecond: 1e-6 }), 'Lambda', /reconciliation/);
    expect(rows(two) / rows(year)).toBeCloseTo(2, 3);
    expect(costOf(two, 'Lambda', /maintenance/)).toBe(costOf(year, 'Lambda', /maintenance/));
  });

  it('has topics of many rows reconciled in one night of seven', () => {
    const small = { topics: 10, eventsPerSecond: 5 };
    const rows = (events: number): number =>
      costOf(estimate({ ...small, eventsPerSecond: events }), 'Lambda', /reconciliation/) -
      costOf(estimate({ ...small, eventsPerSecond: 1e-6 }), 'Lambda', /reconciliation/);
    expect(rows(50) / rows(5)).toBeCloseTo(10 / 7, 2);
  });

  it('has the price of FIFO queues for topics that have one, and their batches of ten', () => {
    const fifo = estimate({ fifoTopics: 700 });
    const standard = estimate();
    const ratio = prices.sqsFifoPerMillionRequests / prices.sqsPerMillionRequests;
    expect(costOf(fifo, 'SQS', /waiting/) / costOf(standard, 'SQS', /waiting/)).toBeCloseTo(ratio);
    expect(costOf(fifo, 'Lambda', /processor/)).toBeGreaterThan(costOf(standard, 'Lambda', /processor/));
  });

  it('has more bytes of metadata the more often streams deliver', () => {
    const raw = { ...settings.streams['raw']!, bufferSeconds: 60 };
    const often = estimateCost(LOAD, { prices, settings: { ...settings, streams: { raw } } });
    const metadata = (of: CostEstimate): number => costOf(of, 'S3', /metadata/);
    expect(metadata(often)).toBeGreaterThan(10 * metadata(estimate()));
  });

  it('counts the events of 730 hours', () => {
    expect(estimate().eventsPerMonth).toBe(2_000 * 730 * 3_600);
  });

  it('has the bill of queues that wait for messages even where none comes: 5 long polls of 20 s each', () => {
    const idle = estimate({ eventsPerSecond: 1e-6 });
    // 700 queues × 5 pollers × 180 polls an hour × 730 hours = 459.9 million requests.
    expect(costOf(idle, 'SQS', /waiting/)).toBeCloseTo(459.9 * prices.sqsPerMillionRequests);
  });

  it('has a Spark bill of two runs of a minute and two DPUs for each topic and round, where there is little data', () => {
    const { lines } = estimate({ eventsPerSecond: 1 });
    const glue = lines.find(({ what }) => what.startsWith('Spark'))!;
    expect(glue.spark).toBeCloseTo(700 * 2_920 * 2 * 2 * (60 / 3_600) * prices.gluePerDpuHour);
    expect(glue.node).toBe(0);
  });

  it('rounds every record up to 5 KB for Firehose', () => {
    const small = costOf(estimate({ averageBytes: 100 }), 'Firehose', /bytes/);
    expect(costOf(estimate({ averageBytes: 4_000 }), 'Firehose', /bytes/)).toBe(small);
    expect(costOf(estimate({ averageBytes: 5_000 }), 'Firehose', /bytes/)).toBeCloseTo(2 * small);
  });

  it('bills more for more topics, events, bytes and days', () => {
    const least = estimate().total.node;
    for (const changed of [
      { topics: 1_000 },
      { eventsPerSecond: 4_000 },
      { averageBytes: 6_000 },
      { keptDays: 730 },
    ])
      expect(estimate(changed).total.node).toBeGreaterThan(least);
  });

  it('has fewer invocations than events where they come close together, and one for each where they do not', () => {
    const processor = (load: Partial<Load>): number => costOf(estimate(load), 'Lambda', /processor/);
    const rare = { topics: 10, eventsPerSecond: 0.001 };
    const twice = { topics: 10, eventsPerSecond: 0.002 };
    expect(processor(twice) / processor(rare)).toBeCloseTo(2, 2);
    expect(processor({ eventsPerSecond: 20_000 }) / processor({ eventsPerSecond: 10_000 })).toBeLessThan(2);
  });
});
