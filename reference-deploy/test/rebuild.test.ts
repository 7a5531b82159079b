import { startsWith } from '@lean-ops/iceberg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../local/index.js';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const TOPIC = 'meter_readings';
const request = { topic: TOPIC, requestedBy: 'tests' };

describe('a rebuild on the embedded platform', () => {
  const warehouse = new TemporaryWarehouse();
  let before: Dump;

  beforeAll(async () => {
    await withPlatform(warehouse.path, ROUND_MS[0], async (platform) => {
      await registerTopics(platform);
      for (const round of [0, 1] as const) {
        await platform.send(messagesOf(round));
        await platform.pump();
        await platform.orchestrate();
      }
      before = await dumpTables(platform, TOPICS);
    });
    warehouse.save();
  });

  afterAll(() => warehouse.remove());

  const balanced = async (platform: Platform): Promise<void> => {
    for (const { topic, differences } of await platform.reconcile()) expect(differences, topic).toEqual([]);
  };

  it('ends in the same rows, with everything accounted for and the topic enabled', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      const told: number[] = [];
      const result = await platform.rebuild({ ...request, onProgress: ({ rows }) => told.push(rows) });
      expect(result).toMatchObject({ status: 'done', generation: 2, contractVersion: '1.0.0' });
      expect(told.length).toBeGreaterThan(2);
      expect(await dumpTables(platform, TOPICS)).toEqual(before);
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'enabled', stateReason: null });
      expect(await platform.state.leases.get(`topic:${TOPIC}`)).toBeNull();
      await balanced(platform);
      await platform.maintain();
      await balanced(platform);
    });
  });

  it('leaves a pause a pause, also when it is given up', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, ROUND_MS[1], async ({ state }) => {
      const row = (await state.topics.get(TOPIC))!;
      await state.topics.put({ ...row, state: 'paused', stateReason: 'ada: a look first' });
    });
    const at = (point: string): void => {
      if (point === 'rebuild:after-standardized') throw new Error('killed');
    };
    const killed = withPlatform(warehouse.path, ROUND_MS[1], (platform) => platform.rebuild(request), {
      hooks: { at },
    });
    await expect(killed).rejects.toThrow('killed');
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'rebuilding' });
      const { topics } = await platform.orchestrate();
      expect(topics.find(({ topic }) => topic === TOPIC)).toMatchObject({ outcome: 'rebuilding' });
      expect((await platform.maintain()).tables.filter(({ name }) => name.includes(TOPIC))).toEqual([]);
      await platform.rebuild({ ...request, abandon: true });
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({
        state: 'paused',
        stateReason: 'ada: a look first',
      });
      expect(await dumpTables(platform, TOPICS)).toEqual(before);
      await platform.rebuild(request);
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'paused' });
      expect(await dumpTables(platform, TOPICS)).toEqual(before);
    });
  });

  it('goes beside messages that come and rounds that are run, and nothing is lost or doubled', async () => {
    warehouse.restore();
    let number = 0;
    let other: Platform;
    const at = async (point: string): Promise<void> => {
      if (!/^rebuild:(created|standardized|audited|before-|after-)/.test(point)) return;
      number++;
      await other.send([0, 1].map((copy) => message(number, copy)));
      await other.pump();
      const { topics } = await other.orchestrate();
      expect(topics.find(({ topic }) => topic === TOPIC)).toMatchObject({ outcome: 'rebuilding' });
      expect(topics.find(({ topic }) => topic === 'visits')).toMatchObject({ outcome: 'succeeded' });
    };
    await withPlatform(warehouse.path, ROUND_MS[1], async (beside) => {
      other = beside;
      await withPlatform(warehouse.path, ROUND_MS[1], (platform) => platform.rebuild(request), {
        hooks: { at },
      });
      expect(number).toBeGreaterThan(6);
      await beside.pump();
      await beside.orchestrate();
      const [result] = await beside.reconcile([TOPIC]);
      expect(result).toMatchObject({ differences: [], inFlight: 0, pending: { raw: 0, standardized: 0 } });
      const known = await dumpTables(beside, [TOPIC]);
      expect(known.standardized[TOPIC]!.length).toBe(before.standardized[TOPIC]!.length + number);
    });
  });

  const message = (event: number, copy: number) => ({
    queueTopic: 'meter-readings',
    sqsMessageId: `late-${event}-${copy}`,
    sentTimestampMs: ROUND_MS[1],
    body: JSON.stringify({
      message_id: `late-${event}`,
      publish_time: new Date(ROUND_MS[1]).toISOString(),
      idempotency_key: `late-${event}`,
      meter: { id: `L${event}` },
      reading: event,
    }),
  });

  it('under a new contract makes it live with the tables, and is done once', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      const old = (await platform.state.contracts.get(TOPIC, '1.0.0'))!;
      const contract = { ...old, version: '2.0.0', columns: { reading: { type: 'double' as const } } };
      await platform.state.contracts.put(contract);
      expect(await platform.rebuild({ ...request, contract })).toMatchObject({
        status: 'done',
        generation: 2,
      });
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ contractVersion: '2.0.0' });
      expect(await platform.rebuild({ ...request, contract })).toMatchObject({ status: 'unchanged' });
      await platform.orchestrate();
      await balanced(platform);
    });
  });

  it('waits for a run that has the topic, and is refused where that does not end', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      const { leases } = platform.state;
      const lease = (await leases.acquire({ resource: `topic:${TOPIC}`, owner: 'a round', ttlMs: 60_000 }))!;
      await expect(platform.rebuild(request)).rejects.toMatchObject({ code: 'TOPIC_BUSY', retryable: true });
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'enabled' });
      const sleep = async (): Promise<void> => {
        // A run that is under way finishes first, and no other begins.
        expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'rebuilding' });
        await leases.release(lease);
      };
      expect(await platform.rebuild({ ...request, wait: { forMs: 10_000, sleep } })).toMatchObject({
        status: 'done',
      });
    });
  });

  it('that is refused leaves the topic as it was, and there is nothing to give up', async () => {
    warehouse.restore();
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      const raw = await platform.catalog.loadTable({ namespace: 'raw', name: `${TOPIC}_staging` });
      await raw.delete({ filter: startsWith('message_id', 'reading-1') });
      await expect(platform.rebuild(request)).rejects.toMatchObject({ code: 'RAW_GAP' });
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'enabled' });
      await expect(platform.rebuild({ ...request, abandon: true })).rejects.toMatchObject({
        code: 'REBUILD_NONE',
      });
      expect(await platform.state.topics.get(TOPIC)).toMatchObject({ state: 'enabled' });
      await expect(platform.rebuild({ ...request, topic: 'nobody' })).rejects.toMatchObject({
        code: 'TOPIC_NOT_REGISTERED',
      });
    });
  });
});
