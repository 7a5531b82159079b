import { ENVELOPE_COLUMNS, ManualClock, MemoryMetrics, MemoryStateStore, silentLogger } from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { rebuildReason, stateBefore } from '../../rebuild/state-before.js';
import { createHandler, type RebuildRequest } from './handler.js';

describe('rebuild-topic', () => {
  const clock = new ManualClock(1_000);
  let state: MemoryStateStore;
  let catalog: MemoryCatalog;

  beforeEach(async () => {
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog();
    await state.topics.put({
      topic: 'orders',
      queueTopic: 'orders',
      state: 'paused',
      stateReason: 'by hand',
      stateBy: null,
      stateSince: null,
      contractVersion: null,
      engine: 'node',
      envelope: 'auto',
      schedule: 'every-round',
      freshnessObjectiveSeconds: 1_800,
      updatedAt: 0,
    });
    const fields = ENVELOPE_COLUMNS.map(({ name, type, required }) => ({ name, type, required }));
    const raw = await catalog.createTable(
      { namespace: 'raw', name: 'orders_staging' },
      { schema: { fields } },
    );
    await raw.append([
      {
        topic_name: 'orders',
        message_id: 'm',
        sqs_message_id: 's',
        publish_time: 1n,
        publish_time_source: 'sqs',
        ingestion_ts: 1n,
        json_payload: '{"a":1}',
      },
    ]);
  });

  const handler = () =>
    createHandler({
      ...{ state, catalog, clock, logger: silentLogger, metrics: new MemoryMetrics(), leaseTtlMs: 60_000 },
      random: { uuid: () => '0123456789' },
    });
  const turn = (request: RebuildRequest = {}, topic_name = 'orders') =>
    handler()({ step: 'turn', topic_name, execution_id: 'e1', requested_by: 'ada', request, max_rows: null });

  it('rebuilds a topic, and a pause stays a pause', async () => {
    expect(await turn()).toMatchObject({
      status: 'done',
      generation: 2,
      rebuild_step: 'published',
      rows: { standardized: 1, curated: null },
      max_rows: null,
    });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'by hand' });
    expect(await state.leases.get('topic:orders')).toBeNull();
  });

  it('waits for the run that has the topic', async () => {
    await state.leases.acquire({ resource: 'topic:orders', owner: 'a round', ttlMs: 1_000 });
    expect(await turn()).toMatchObject({ status: 'held' });
    // No round takes it meanwhile.
    expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding' });
    clock.advance(60_000);
    await state.leases.acquire({ resource: 'topic:orders', owner: 'a round', ttlMs: 1_000 });
    expect(await turn()).toMatchObject({ status: 'held' });
    expect(await state.topics.get('orders')).toMatchObject({ updatedAt: clock.now() });
    const failure = { Error: 'REBUILD_NOT_FINISHED', Cause: 'held for an hour' };
    const fail = { step: 'fail', topic_name: 'orders', run_id: 'r1', failure } as const;
    await handler()({ ...fail, execution_id: 'another' });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding' });
    await handler()({ ...fail, execution_id: 'e1' });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'by hand' });
  });

  it('has a topic that it waited for as soon as the run is over, and gives it back as it was', async () => {
    const lease = await state.leases.acquire({ resource: 'topic:orders', owner: 'a round', ttlMs: 1_000 });
    expect(await turn()).toMatchObject({ status: 'held' });
    await state.leases.release(lease!);
    expect(await turn()).toMatchObject({ status: 'done' });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', stateReason: 'by hand' });
  });

  it('gives up what is under way', async () => {
    await expect(turn({ abandon: true })).rejects.toMatchObject({ name: 'REBUILD_NONE' });
    const row = (await state.topics.get('orders'))!;
    await state.topics.put({ ...row, state: 'rebuilding', stateReason: 'somebody else wrote this' });
    expect(await turn({ abandon: true })).toMatchObject({ status: 'abandoned', generation: null });
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused' });
  });

  it('rebuilds under a contract that is stored, and no other', async () => {
    await expect(turn({ contract_version: '2.0.0' })).rejects.toMatchObject({ name: 'CONTRACT_MISSING' });
    await state.contracts.put({
      topic: 'orders',
      version: '2.0.0',
      owner: 'o',
      columns: { a: { type: 'int' } },
    });
    expect(await turn({ contract_version: '2.0.0' })).toMatchObject({
      status: 'done',
      contract_version: '2.0.0',
      rows: { curated: 1 },
    });
    expect(await state.topics.get('orders')).toMatchObject({ contractVersion: '2.0.0', state: 'paused' });
  });

  it('that failed is in the log of the runs, and its lease is given up', async () => {
    await state.leases.acquire({ resource: 'topic:orders', owner: 'e1', ttlMs: 60_000 });
    const failure = { Error: 'Sandbox.Timedout', Cause: 'Task timed out' };
    await handler()({ step: 'fail', topic_name: 'orders', execution_id: 'e1', run_id: 'r1', failure });
    expect(await state.leases.get('topic:orders')).toBeNull();
    expect((await state.outbox.peek('job_runs', 10)).map(({ row }) => row)).toMatchObject([
      { topic: 'orders', error_code: 'Sandbox.Timedout' },
    ]);
  });

  it('refuses a topic that nobody registered, and a step that there is none of', async () => {
    await expect(turn({}, 'visits')).rejects.toMatchObject({ name: 'TOPIC_NOT_REGISTERED' });
    const input = { step: 'publish', topic_name: 'orders' } as never;
    await expect(handler()(input)).rejects.toMatchObject({ name: 'EVENT_INVALID' });
  });
});

describe('the state before a rebuild', () => {
  it('is read from the reason that was written', () => {
    const before = {
      state: 'paused',
      stateReason: 'because of {"this"}',
      stateBy: 'ada',
      stateSince: 17,
    } as const;
    expect(stateBefore(rebuildReason(before, 'e'))).toEqual(before);
  });

  it('is read from a reason that did not say who had paused the topic', () => {
    const reason =
      'rebuild; before: {"state":"paused","reason":"ada: wrong units","execution":"e","by":"me"}';
    const before = { state: 'paused', stateReason: 'ada: wrong units', stateBy: null, stateSince: null };
    expect(stateBefore(reason)).toEqual(before);
  });

  it.each([
    null,
    'somebody else wrote this',
    'rebuild; before: {',
    'rebuild; before: {"state":"rebuilding"}',
  ])('is a pause where the reason is %j', (reason) => {
    expect(stateBefore(reason)).toMatchObject({ state: 'paused' });
  });
});
