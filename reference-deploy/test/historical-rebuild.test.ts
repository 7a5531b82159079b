import {
  ENVELOPE_COLUMNS,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  silentLogger,
  type TopicContract,
  type TopicState,
} from '@lean-ops/core';
import type { JobPoint } from '@lean-ops/curate';
import { MemoryCatalog, MemoryStorage } from '@lean-ops/iceberg';
import { beforeEach, expect, it } from 'vitest';
import { createHandler as curate } from '../handlers/curate/handler.js';
import { createHandler as rebuildTopic } from '../handlers/rebuild-topic/handler.js';
import { createHandler as reconcile } from '../handlers/reconcile/handler.js';
import { createHandler as standardize } from '../handlers/standardize/handler.js';
import { runDocument, type Task } from './state-machines/run-document.js';

const NOW = Date.UTC(2026, 0, 15);
const CONTRACT: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: { amount: { type: 'decimal(10,2)', cde: true } },
};
const COMMIT_MS = 10 * 60_000;
const SCRATCH = { storage: new MemoryStorage(), location: 'memory://scratch' };
const scratchOf = () => SCRATCH;

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
    contractVersion: '1.0.0',
    engine: 'node',
    envelope: 'auto',
    freshnessObjectiveSeconds: 1_800,
    updatedAt: 0,
  });
}

/** Every turn has the time for one commit of one snapshot. */
async function rebuild(killedAt: JobPoint | null = null) {
  const parts = { state, catalog, clock, logger: silentLogger, metrics: new MemoryMetrics() };
  const none = async function* (): AsyncGenerator<string> {};
  const evidence = { messages: null, quarantined: none(), deadLettered: none(), deliveryFailures: none() };
  const job = {
    ...parts,
    leaseTtlMs: 60 * 60_000,
    maxRowsPerCommit: 1,
    hooks: {
      at: (point: JobPoint) => {
        if (point.endsWith('d:before-commit')) clock.advance(COMMIT_MS);
        if (point === killedAt) throw new Error('killed');
      },
    },
  };
  const invocation = () => {
    const end = clock.now() + COMMIT_MS;
    return { getRemainingTimeInMillis: () => 45_000 + end - clock.now() };
  };
  const [standardizeJob, curateJob] = [standardize(job), curate(job)];
  const tasks: Record<string, Task> = {
    'rebuild-topic': (input) => rebuildTopic({ ...parts, leaseTtlMs: 60 * 60_000 })(input as never),
    standardize: (input) => standardizeJob(input as never, invocation()),
    curate: (input) => curateJob(input as never, invocation()),
    reconcile: (input) =>
      reconcile({ ...parts, scratchOf, evidenceOf: () => ({ ...evidence, inFlight: 0 }) })(input as never),
  };
  const request = { topic_name: 'orders', requested_by: 'tests' };
  return await runDocument<{ outcome: string }>('historical-rebuilder', tasks, request);
}

async function count(namespace: string, name: string): Promise<number> {
  return await (await catalog.loadTable({ namespace, name })).scan().count();
}

it('fills tables that hold nothing from all of RAW, in as many turns as it takes, and a pause stays a pause', async () => {
  const { result, calls } = await rebuild();
  expect(result).toMatchObject({ outcome: 'succeeded', pending: { raw: 0, standardized: 0 } });
  expect(calls.filter((call) => call === 'Standardize:orders').length).toBeGreaterThan(3);
  expect(calls.filter((call) => call === 'Curate:orders').length).toBeGreaterThan(1);
  expect(await count('standardized', 'orders')).toBe(7);
  expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'not ready yet' });
  expect(await state.leases.get('topic:orders')).toBeNull();
});

it('that fails gives the topic back, and is gone on with by a round or another rebuild', async () => {
  await expect(rebuild('curated:before-commit')).rejects.toThrow();
  expect(await state.topics.get('orders')).toMatchObject({ state: 'paused' });
  expect(await count('standardized', 'orders')).toBe(7);
  // Its tables hold rows now: to begin anew they are dropped first.
  await expect(rebuild()).rejects.toThrow();
  expect(await state.topics.get('orders')).toMatchObject({ state: 'paused' });
  for (const [namespace, name] of [
    ['standardized', 'orders'],
    ['curated', 'orders'],
    ['curated', 'orders_errors'],
  ] as const) {
    if (await catalog.tableExists({ namespace, name })) await catalog.dropTable({ namespace, name });
  }
  expect((await rebuild()).result).toMatchObject({ outcome: 'succeeded' });
});
