import {
  type BreakerRow,
  ManualClock,
  MemoryMetrics,
  MemoryStateStore,
  type Sleep,
  silentLogger,
} from '@lean-ops/core';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { rawTableName } from '@lean-ops/ingest/iceberg';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type TopicSyncDependencies } from './handler.js';
import type { MappingChange, TopicMapping } from './topic-mappings.js';

const START = Date.UTC(2026, 0, 15);
const HOUR = 3_600_000;
const arnOf = (queueTopic: string, fifo = false): string => `arn:${queueTopic}${fifo ? '.fifo' : ''}`;

const contract = (version: string, topic = 'orders'): string =>
  JSON.stringify({
    topic,
    version,
    owner: 'platform',
    columns: { id: { path: '$.id', type: 'string', cde: true } },
  });

describe('topic-sync', () => {
  const clock = new ManualClock(START);
  let state: MemoryStateStore;
  let catalog: MemoryCatalog;
  let metrics: MemoryMetrics;
  let topics: Record<string, unknown>[];
  let texts: Map<string, string>;
  let mappings: TopicMapping[];
  let queues: Set<string>;
  let breakers: Partial<BreakerRow>[];
  let updates: (MappingChange & { uuid: string })[];
  let slept: number;

  beforeEach(() => {
    clock.set(START);
    state = new MemoryStateStore({ clock });
    catalog = new MemoryCatalog();
    metrics = new MemoryMetrics();
    topics = [{ queueTopic: 'orders' }];
    texts = new Map();
    mappings = [mapping('orders')];
    queues = new Set([arnOf('orders')]);
    breakers = [];
    updates = [];
    slept = 0;
  });

  const mapping = (queueTopic: string, changes: Partial<TopicMapping> = {}): TopicMapping => ({
    uuid: `mapping-of-${queueTopic}`,
    queueArn: arnOf(queueTopic),
    state: 'Enabled',
    reportsFailures: true,
    changedAt: START,
    ...changes,
  });
  const sleep: Sleep = async (milliseconds) => {
    slept += milliseconds;
  };
  const open = (overrides: Partial<TopicSyncDependencies> = {}) =>
    createHandler({
      state: Object.assign(Object.create(state), { breakers: { list: async () => breakers } }),
      catalog,
      rawNamespace: 'raw',
      mappings: {
        list: async () => mappings,
        update: async (uuid, change) => {
          updates.push({ uuid, ...change });
        },
      },
      queues: { arnOf, exists: async (queueTopic, fifo) => queues.has(arnOf(queueTopic, fifo)) },
      document: 'topics.json',
      readText: async (key) => {
        const text = key === 'topics.json' ? JSON.stringify({ formatVersion: 1, topics }) : texts.get(key);
        if (text === undefined) throw Object.assign(new Error(`no ${key}`), { name: 'NoSuchKey' });
        return text;
      },
      clock,
      sleep,
      logger: silentLogger,
      metrics,
      ...overrides,
    });
  const hasTable = (topic: string): Promise<boolean> =>
    catalog.tableExists({ namespace: 'raw', name: rawTableName(topic) });
  const kinds = async (sync: ReturnType<typeof open>): Promise<[string, string][]> =>
    (await sync()).drift.map(({ topic, kind }): [string, string] => [topic, kind]);

  it('registers what a deployment wants: row, contract, RAW table', async () => {
    topics = [
      { queueTopic: 'orders', contract: 'contracts/orders.json', freshnessObjectiveSeconds: 600 },
      { queueTopic: 'user-logins', fifo: true, engine: 'spark', envelope: 'bare' },
    ];
    texts.set('contracts/orders.json', contract('1.0.0'));
    expect(await open()()).toEqual({ registered: ['orders', 'user_logins'], drift: [] });
    expect(await state.topics.list()).toMatchObject([
      { topic: 'orders', contractVersion: '1.0.0', engine: 'node', freshnessObjectiveSeconds: 600 },
      {
        topic: 'user_logins',
        queueTopic: 'user-logins',
        engine: 'spark',
        envelope: 'bare',
        state: 'enabled',
      },
    ]);
    expect(await state.contracts.get('orders', '1.0.0')).toMatchObject({ topic: 'orders' });
    expect([await hasTable('orders'), await hasTable('user_logins')]).toEqual([true, true]);
    expect(await state.outbox.peek('schema_versions', 10)).toMatchObject([
      { row: { deployed_by: 'topic-sync', version: '1.0.0' } },
    ]);
  });

  it('changes nothing the second time, and tells that nothing drifted', async () => {
    texts.set('contracts/orders.json', contract('1.0.0'));
    topics = [{ queueTopic: 'orders', contract: 'contracts/orders.json' }];
    const sync = open();
    await sync();
    const before = await state.topics.list();
    clock.advance(HOUR);
    expect(await sync()).toEqual({ registered: [], drift: [] });
    expect(await open()()).toEqual({ registered: [], drift: [] });
    expect(await state.topics.list()).toEqual(before);
    expect(updates).toEqual([]);
    expect(
      metrics.measurements.filter(({ name }) => name === 'TopicDrift').map(({ value }) => value),
    ).toEqual([0, 0, 0]);
  });

  it('says of a topic that is left in a rebuild which nobody works on, and of no other', async () => {
    topics = [{ queueTopic: 'orders' }, { queueTopic: 'visits' }];
    mappings = [mapping('orders'), mapping('visits')];
    const sync = open();
    await sync();
    for (const topic of ['orders', 'visits']) {
      const row = (await state.topics.get(topic))!;
      await state.topics.put({
        ...row,
        state: 'rebuilding',
        stateReason: 'rebuilt',
        updatedAt: clock.now(),
      });
    }
    // One that waits for a run has no lease yet.
    expect(await kinds(sync)).toEqual([]);
    clock.advance(6 * 60_000);
    const lease = { resource: 'topic:visits', owner: 'execution', ttlMs: HOUR };
    await state.leases.acquire(lease);
    expect(await kinds(sync)).toEqual([['orders', 'REBUILD_ABANDONED']]);
    expect(metrics.total('TopicDrift', { topic: 'orders', kind: 'REBUILD_ABANDONED' })).toBe(1);
    clock.advance(HOUR + 1);
    expect(await kinds(sync)).toEqual([
      ['orders', 'REBUILD_ABANDONED'],
      ['visits', 'REBUILD_ABANDONED'],
    ]);
    expect(await state.topics.get('orders')).toMatchObject({ state: 'rebuilding' });
  });

  it('tells for how long the mapping that is off for longest has been off', async () => {
    topics = [{ queueTopic: 'orders' }, { queueTopic: 'visits' }];
    breakers = [{ scope: 'orders', mappingHeld: true }];
    mappings = [mapping('orders', { state: 'Disabled' }), mapping('visits', { changedAt: START - HOUR })];
    const sync = open();
    clock.advance(11 * 24 * HOUR);
    await sync();
    mappings = [mapping('orders'), mapping('visits')];
    await sync();
    mappings = [mapping('orders', { state: 'Disabled', changedAt: null }), mapping('visits')];
    await sync();
    const told = metrics.measurements.filter(({ name }) => name === 'LongestStop');
    expect(told.map(({ value }) => value)).toEqual([11 * 86_400, 0, 0]);
  });

  describe('with a contract that is named and cannot be had', () => {
    beforeEach(() => {
      topics = [{ queueTopic: 'orders', contract: 'contracts/orders.json', engine: 'spark' }];
    });

    it.each([
      ['is not there yet', undefined],
      ['is no contract', '{}'],
      ['is of another topic', contract('1.0.0', 'visits')],
    ])('takes messages to RAW and no further where it %s, and says so', async (_title, text) => {
      if (text !== undefined) texts.set('contracts/orders.json', text);
      expect(await kinds(open())).toEqual([['orders', 'MENDING_FAILED']]);
      expect(await hasTable('orders')).toBe(true);
      expect(await state.topics.get('orders')).toMatchObject({
        state: 'paused',
        stateReason: 'waits for its contract',
        stateBy: 'topic-sync',
        stateSince: START,
        contractVersion: null,
        engine: 'spark',
      });
      expect(await kinds(open())).toEqual([['orders', 'MENDING_FAILED']]);
      expect(await state.topics.get('orders')).toMatchObject({ state: 'paused' });
    });

    it('lets the rounds in with the contract, or where none is wanted any more', async () => {
      await open()();
      texts.set('contracts/orders.json', contract('1.0.0'));
      clock.advance(HOUR);
      expect(await open()()).toEqual({ registered: ['orders'], drift: [] });
      expect(await state.topics.get('orders')).toMatchObject({
        state: 'enabled',
        stateReason: null,
        stateBy: 'topic-sync',
        stateSince: START + HOUR,
        contractVersion: '1.0.0',
      });
      topics = [{ queueTopic: 'visits', contract: 'contracts/visits.json' }];
      await open()();
      topics = [{ queueTopic: 'visits' }];
      await open()();
      expect(await state.topics.get('visits')).toMatchObject({ state: 'enabled', contractVersion: null });
    });

    it.each(['meter recall', 'waits for its contract'])(
      'leaves a topic paused that a person paused meanwhile, because it %s',
      async (stateReason) => {
        await open()();
        const row = await state.topics.get('orders');
        await state.topics.put({ ...row!, stateReason, stateBy: 'ana', stateSince: START + 1 });
        texts.set('contracts/orders.json', contract('1.0.0'));
        await open()();
        expect(await state.topics.get('orders')).toMatchObject({
          state: 'paused',
          stateReason,
          stateBy: 'ana',
          stateSince: START + 1,
          contractVersion: '1.0.0',
        });
      },
    );

    it('leaves a topic that runs under an older contract as it is, but for a RAW table that is gone', async () => {
      texts.set('contracts/orders.json', contract('1.0.0'));
      await open()();
      texts.clear();
      await catalog.dropTable({ namespace: 'raw', name: rawTableName('orders') });
      expect(await kinds(open())).toEqual([['orders', 'MENDING_FAILED']]);
      expect(await hasTable('orders')).toBe(true);
      expect(await state.topics.get('orders')).toMatchObject({ state: 'enabled', contractVersion: '1.0.0' });
    });
  });

  it('never touches the state that people set', async () => {
    await open()();
    const [row] = await state.topics.list();
    await state.topics.put({ ...row!, state: 'paused', stateReason: 'meter recall' });
    topics = [{ queueTopic: 'orders', freshnessObjectiveSeconds: 60 }];
    expect(await open()()).toMatchObject({ registered: ['orders'] });
    expect(await state.topics.get('orders')).toMatchObject({
      state: 'paused',
      stateReason: 'meter recall',
      freshnessObjectiveSeconds: 60,
    });
  });

  it('makes a RAW table anew that is gone: a topic in the registry without a table', async () => {
    await open()();
    await catalog.dropTable({ namespace: 'raw', name: rawTableName('orders') });
    expect(await kinds(open())).toEqual([['orders', 'TABLE_MISSING']]);
    expect(await hasTable('orders')).toBe(true);
    expect(await kinds(open())).toEqual([]);
  });

  it('says of a registered topic that nobody wants, and leaves it as it is', async () => {
    await open()();
    topics = [];
    expect(await kinds(open())).toEqual([
      ['orders', 'TOPIC_NOT_WANTED'],
      ['', 'MAPPING_NOT_WANTED'],
    ]);
    expect(await state.topics.get('orders')).toMatchObject({ state: 'enabled' });
    expect(updates).toEqual([]);
  });

  it('says when a mapping was deleted by hand, once its topic has settled, and whether its queue is there', async () => {
    topics.push({ queueTopic: 'visits' });
    await open()();
    mappings = [];
    expect(await kinds(open())).toEqual([]);
    clock.advance(HOUR);
    expect(await kinds(open())).toEqual([
      ['orders', 'MAPPING_MISSING'],
      ['visits', 'QUEUE_MISSING'],
    ]);
    expect(updates).toEqual([]);
    expect(metrics.total('TopicDrift', { topic: 'orders', kind: 'MAPPING_MISSING' })).toBe(1);
  });

  it('takes the mapping of a FIFO queue for that topic only where it is wanted so', async () => {
    topics = [{ queueTopic: 'orders', fifo: true }];
    await open()();
    clock.advance(HOUR);
    expect(await kinds(open())).toEqual([
      ['', 'MAPPING_NOT_WANTED'],
      ['orders', 'QUEUE_MISSING'],
    ]);
  });

  describe('with a mapping that is off', () => {
    beforeEach(() => {
      mappings = [mapping('orders', { state: 'Disabled' })];
    });

    it('switches it on where no breaker holds it', async () => {
      expect(await kinds(open())).toEqual([['orders', 'MAPPING_OFF']]);
      expect(updates).toEqual([{ uuid: 'mapping-of-orders', enabled: true }]);
    });

    it.each(['orders', '*'])('leaves it to the breaker %s that holds it', async (scope) => {
      breakers = [{ scope, mappingHeld: true }];
      expect(await kinds(open())).toEqual([]);
      expect(updates).toEqual([]);
    });

    it('asks the breakers after it has seen the mapping: one that is just opening is seen', async () => {
      const order: string[] = [];
      const sync = open({
        state: Object.assign(Object.create(state), {
          breakers: {
            list: async () => {
              order.push('breakers');
              return [];
            },
          },
        }),
        mappings: {
          list: async () => {
            order.push('mappings');
            return [];
          },
          update: async () => {},
        },
      });
      await sync();
      expect(order).toEqual(['mappings', 'breakers']);
    });
  });

  it.each(['Creating', 'Enabling', 'Disabling', 'Updating', 'Deleting'])(
    'leaves a mapping alone while it is %s',
    async (mappingState) => {
      mappings = [mapping('orders', { state: mappingState, reportsFailures: false })];
      expect(await kinds(open())).toEqual([]);
    },
  );

  it('mends a mapping that would acknowledge failed messages, also one that is held', async () => {
    mappings = [mapping('orders', { reportsFailures: false, state: 'Disabled' })];
    breakers = [{ scope: 'orders', mappingHeld: true }];
    expect(await kinds(open())).toEqual([['orders', 'MAPPING_ACKNOWLEDGES_FAILURES']]);
    expect(updates).toEqual([{ uuid: 'mapping-of-orders', reportsFailures: true }]);
  });

  it('stays under the calls that Lambda takes, with 700 mappings to mend, and goes on where one fails', async () => {
    const names = Array.from({ length: 700 }, (_, index) => `topic-${index}`);
    topics = names.map((queueTopic) => ({ queueTopic }));
    mappings = names.map((name) => mapping(name, { state: 'Disabled' }));
    const { drift } = await open({
      mappings: {
        list: async () => mappings,
        update: async (uuid) => {
          if (uuid === 'mapping-of-topic-7')
            throw Object.assign(new Error('no'), { name: 'ResourceInUseException' });
          updates.push({ uuid });
        },
      },
    })();
    expect(updates).toHaveLength(699);
    expect(slept / 700).toBeGreaterThanOrEqual(1_000 / 15);
    expect(drift.filter(({ kind }) => kind === 'MENDING_FAILED')).toMatchObject([{ topic: 'topic_7' }]);
  });

  it('goes on with the others where a contract cannot be read or is of another topic', async () => {
    topics = [
      { queueTopic: 'orders', contract: 'contracts/missing.json' },
      { queueTopic: 'visits', contract: 'contracts/orders.json' },
      { queueTopic: 'meters', contract: 'contracts/broken.json' },
      { queueTopic: 'logins' },
    ];
    texts.set('contracts/orders.json', contract('1.0.0'));
    texts.set('contracts/broken.json', '{');
    const { registered, drift } = await open()();
    expect(registered).toEqual(['logins']);
    expect(drift.map(({ topic, detail }) => [topic, detail])).toEqual([
      ['meters', expect.stringContaining('CONTRACT_UNREADABLE')],
      ['orders', expect.stringContaining('NoSuchKey')],
      ['visits', expect.stringContaining('CONTRACT_OF_OTHER_TOPIC')],
    ]);
    expect(await state.topics.get('orders')).toMatchObject({ state: 'paused', contractVersion: null });
  });

  it('says that a contract was changed under its version', async () => {
    topics = [{ queueTopic: 'orders', contract: 'contracts/orders.json' }];
    texts.set('contracts/orders.json', contract('1.0.0'));
    const sync = open();
    await sync();
    texts.set('contracts/orders.json', contract('1.0.0').replace('"cde":true', '"cde":false'));
    expect((await sync()).drift).toMatchObject([{ topic: 'orders', kind: 'MENDING_FAILED' }]);
  });

  it('takes a new version that only changes how the topic is run, and leaves any other to a deploy', async () => {
    topics = [{ queueTopic: 'orders', contract: 'contracts/orders.json' }];
    texts.set('contracts/orders.json', contract('1.0.0'));
    const sync = open();
    await sync();
    texts.set('contracts/orders.json', contract('1.0.1'));
    expect(await sync()).toEqual({ registered: ['orders'], drift: [] });
    for (const version of ['1.1.0', '1.0.0']) {
      texts.set('contracts/orders.json', contract(version).replace('"cde":true', '"cde":false'));
      const { registered, drift } = await sync();
      expect(registered).toEqual([]);
      expect(drift).toMatchObject([
        { topic: 'orders', kind: 'MENDING_FAILED', detail: expect.stringContaining('CONTRACT_NOT_DEPLOYED') },
      ]);
    }
    expect(await state.topics.get('orders')).toMatchObject({ contractVersion: '1.0.1' });
    expect(await state.contracts.versions('orders')).toEqual(['1.0.0', '1.0.1']);
  });

  it('says nothing of a contract whose deploy is under way', async () => {
    topics = [{ queueTopic: 'orders', contract: 'contracts/orders.json' }];
    texts.set('contracts/orders.json', contract('1.0.0'));
    const sync = open();
    await sync();
    texts.set('contracts/orders.json', contract('2.0.0').replace('string', 'int'));
    const lease = await state.leases.acquire({ resource: 'deploy:orders', owner: 'ada', ttlMs: HOUR });
    expect(await sync()).toEqual({ registered: [], drift: [] });
    await state.leases.release(lease!);
    expect(await kinds(sync)).toEqual([['orders', 'MENDING_FAILED']]);
  });

  it('changes nothing where the document cannot be used', async () => {
    const sync = open({ readText: async () => '{}' });
    await expect(sync()).rejects.toMatchObject({ name: 'TOPICS_DOCUMENT_INVALID' });
    expect(await state.topics.list()).toEqual([]);
  });
});
