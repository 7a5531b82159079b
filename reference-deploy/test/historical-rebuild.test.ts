import {
  ENVELOPE_COLUMNS,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  silentLogger,
  type TopicContract,
  type TopicState,
} from '@lean-ops/core';
import type { RebuildPoint } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, expect, it } from 'vitest';
import { createHandler } from '../handlers/rebuild-topic/handler.js';
import { runDocument, type Task } from './state-machines/run-document.js';

const NOW = Date.UTC(2026, 0, 15);
const CONTRACT: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: { amount: { type: 'decimal(10,2)', cde: true } },
};
const COMMIT_MS = 10 * 60_000;

let clock: ManualClock;
let state: MemoryStateStore;
let catalog: MemoryCatalog;

beforeEach(async () => {
  clock = new ManualClock(NOW);
  state = new MemoryStateStore({ clock });
  catalog = new MemoryCatalog();
  await state.contracts.put(CONTRACT);
  await register('paused', 'not ready yet');
  const fields = ENVELOPE_COLUMNS.map(({ name, type, required }) => ({ name, type, required }));
  let raw = await catalog.createTable({ namespace: 'raw', name: 'orders_staging' }, { schema: { fields } });
  for (let commit = 0; commit < 5; commit++) {
    const rows = [0, 1, 2].map((row) => ({
      topic_name: 'orders',
      message_id: `m${commit}-${row}`,
      sqs_message_id: `s${commit}-${row}`,
      idempotency_key: `k${commit + row}`,
      period_reference: '2026-01',
      publish_time: BigInt(NOW + commit) * 1_000n,
      publish_time_source: 'producer',
      ingestion_ts: BigInt(NOW + commit * 10 + row) * 1_000n,
      json_payload: JSON.stringify({ amount: row === 2 ? null : `${commit}.50` }),
    }));
    raw = (await raw.append(rows)).table;
  }
});

function register(topicState: TopicState, stateReason: string | null): Promise<void> {
  return state.topics.put({
    topic: 'orders',
    queueTopic: 'orders',
    state: topicState,
    stateReason,
    stateBy: null,
    stateSince: null,
    contractVersion: '1.0.0',
    engine: 'node',
    envelope: 'auto',
    schedule: 'every-round',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: 0,
  });
}

/** Every turn has the time for one commit of one snapshot. */
async function rebuild(request: object = {}, killedAt: RebuildPoint | null = null) {
  const handler = createHandler({
    ...{ state, catalog, clock, logger: silentLogger, metrics: new MemoryMetrics() },
    random: { uuid: () => crypto.randomUUID() },
    leaseTtlMs: 20 * 60_000,
    maxRowsPerCommit: 1,
    hooks: {
      at: (point) => {
        if (point.endsWith('d:before-commit')) clock.advance(COMMIT_MS);
        if (point === killedAt) throw new Error('killed');
      },
    },
  });
  const task: Task = (input) => {
    const end = clock.now() + COMMIT_MS;
    return handler(input as never, { getRemainingTimeInMillis: () => 45_000 + end - clock.now() });
  };
  const input = { topic_name: 'orders', requested_by: 'tests', ...request };
  return await runDocument<{ outcome: string; turn: object }>(
    'historical-rebuilder',
    { 'rebuild-topic': task },
    input,
  );
}

async function count(namespace: string, name: string): Promise<number> {
  return await (await catalog.loadTable({ namespace, name })).scan().count();
}

it('makes tables from all of RAW, in as many turns as it takes, and a pause stays a pause', async () => {
  const { result, calls } = await rebuild();
  expect(result).toMatchObject({ outcome: 'succeeded', turn: { status: 'done', rows: { standardized: 7 } } });
  expect(calls.filter((call) => call === 'RebuildTurn:orders').length).toBeGreaterThan(5);
  expect(await count('standardized', 'orders')).toBe(7);
  expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'not ready yet' });
  expect(await state.leases.get('topic:orders')).toBeNull();
});

it('that fails leaves the tables as they are, and is gone on with or given up by another execution', async () => {
  await rebuild();
  const before = await catalog.loadTable({ namespace: 'standardized', name: 'orders' });
  await expect(rebuild({}, 'rebuild:before-curated')).rejects.toThrow();
  expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding' });
  expect(await state.leases.get('topic:orders')).toBeNull();
  expect((await rebuild({ abandon: true })).result).toMatchObject({
    turn: { status: 'abandoned', generation: 3 },
  });
  expect((await before.refresh()).currentSnapshot()).toEqual(before.currentSnapshot());
  expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'not ready yet' });
  await expect(rebuild({}, 'rebuild:before-curated')).rejects.toThrow();
  expect((await rebuild()).result).toMatchObject({ turn: { status: 'done', generation: 3 } });
  expect(await count('standardized', 'orders')).toBe(7);
});
