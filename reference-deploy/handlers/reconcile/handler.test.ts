import { ManualClock, MemoryMetrics, MemoryStateStore } from '@lean-ops/core';
import { batchFromRows, MemoryCatalog, MemoryStorage } from '@lean-ops/iceberg';
import { rawTableOptions } from '@lean-ops/ingest/iceberg';
import { describe, expect, it } from 'vitest';
import { createHandler, type ReconcileAnswer, type ReconcileInput } from './handler.js';

const DAY_MS = 24 * 60 * 60_000;

interface Setting {
  readonly messages?: number | null;
  readonly weeklyFromRows?: number;
}

async function deployed({ messages = null, weeklyFromRows }: Setting = {}) {
  const clock = new ManualClock();
  const state = new MemoryStateStore({ clock });
  await state.topics.put({
    topic: 'orders',
    queueTopic: 'orders',
    state: 'enabled',
    stateReason: null,
    stateBy: null,
    stateSince: null,
    contractVersion: null,
    engine: 'node',
    envelope: 'auto',
    schedule: 'every-round',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: 0,
  });
  const catalog = new MemoryCatalog();
  const raw = await catalog.createTable({ namespace: 'raw', name: 'orders_staging' }, rawTableOptions());
  await raw.append(
    batchFromRows(raw.schema(), [
      {
        topic_name: 'orders',
        message_id: 'm',
        sqs_message_id: 's',
        publish_time: 1n,
        publish_time_source: 'sqs',
        ingestion_ts: 1n,
        json_payload: '{}',
      },
    ]),
  );
  const metrics = new MemoryMetrics();
  const none = async function* (): AsyncGenerator<string> {};
  const storage = new MemoryStorage();
  const handle = createHandler({
    state,
    catalog,
    clock,
    metrics,
    scratchOf: (topic) => ({ storage, location: `memory://scratch/${topic}` }),
    evidenceOf: () => ({
      messages,
      quarantined: none(),
      deadLettered: none(),
      deliveryFailures: none(),
      inFlight: 0,
    }),
    ...(weeklyFromRows === undefined ? {} : { weeklyFromRows }),
  });
  const ask = (input: Partial<ReconcileInput> = {}, remainingMs?: number): Promise<ReconcileAnswer> =>
    handle(
      { topic_name: 'orders', ...input },
      remainingMs === undefined ? undefined : { getRemainingTimeInMillis: () => remainingMs },
    );
  return { ask, clock, metrics };
}

it('tells how many records are not accounted for, also that it is none', async () => {
  const good = await deployed({ messages: 1 });
  expect(await good.ask()).toMatchObject({ status: 'done', cursor: null, balanced: true });
  expect(good.metrics.measurements).toMatchObject([{ name: 'AccountabilityMismatch', value: 0 }]);
  const bad = await deployed({ messages: 8 });
  expect(await bad.ask()).toMatchObject({ status: 'done', balanced: false });
  expect(bad.metrics.total('AccountabilityMismatch', { topic: 'orders' })).toBe(7);
});

it('is called again until it is done, and tells the result once', async () => {
  const { ask, metrics } = await deployed();
  let answer = await ask({}, 1_000);
  let turns = 1;
  while (answer.status === 'continue') {
    expect(answer).toMatchObject({ balanced: null, pending: null, cursor: expect.any(String) });
    expect(metrics.measurements).toEqual([]);
    answer = await ask({ cursor: answer.cursor }, 1_000);
    turns++;
  }
  expect(turns).toBeGreaterThan(1);
  expect(answer).toMatchObject({ status: 'done', balanced: true, pending: { raw: 1 } });
  expect(metrics.measurements).toHaveLength(1);
});

describe('a very large topic', () => {
  it('has one night in seven, where it is asked for nightly', async () => {
    const { ask, clock } = await deployed({ weeklyFromRows: 1 });
    const nights: string[] = [];
    for (let night = 0; night < 14; night++) {
      nights.push((await ask({ nightly: true })).status);
      clock.advance(DAY_MS);
    }
    expect(nights.filter((status) => status === 'done')).toHaveLength(2);
    expect(nights.filter((status) => status === 'not-due')).toHaveLength(12);
    expect((await ask()).status).toBe('done');
  });

  it('is one by its rows alone', async () => {
    const { ask, clock } = await deployed({ weeklyFromRows: 2 });
    for (let night = 0; night < 7; night++) {
      expect((await ask({ nightly: true })).status).toBe('done');
      clock.advance(DAY_MS);
    }
  });
});
