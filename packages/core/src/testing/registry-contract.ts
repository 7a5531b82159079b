import assert from 'node:assert/strict';
import type { TopicContract } from '../contract/contract.js';
import type { Checkpoint, TopicRow } from '../ports/state-store.js';
import type { ContractCase } from './contract-case.js';
import { CASE_START, casesOf, type StateStoreHarness } from './state-store-harness.js';

const ROW: TopicRow = {
  topic: 'user_logins',
  queueTopic: 'user-logins',
  state: 'enabled',
  stateReason: null,
  stateBy: null,
  stateSince: null,
  contractVersion: '1.0.0',
  engine: 'node',
  envelope: 'auto',
  schedule: 'every-round',
  freshnessObjectiveSeconds: 1800,
  updatedAt: CASE_START,
};

const CONTRACT: TopicContract = {
  topic: 'events',
  version: '1.0.0',
  owner: 'team',
  columns: { amount: { type: 'decimal(10,2)', min: 0 }, name: { type: 'string', enum: ['b', 'a'] } },
};

const CHECKPOINT: Checkpoint = {
  topic: 'events',
  layer: 'standardized',
  sourceTable: 'raw.events_staging',
  snapshotId: 9_223_372_036_854_775_807n,
  sequenceNumber: 9_007_199_254_740_993n,
  committedAt: CASE_START,
};

function code(expected: string): (error: unknown) => boolean {
  return (error) => (error as { code?: unknown }).code === expected;
}

/** Topics, contracts and checkpoints: the part of the state store's contract that is looked up by name. */
export function registryContract(harness: StateStoreHarness): ContractCase[] {
  return [
    ...topicCases(harness),
    ...contractCases(harness),
    ...checkpointCases(harness),
    ...roundCases(harness),
  ];
}

function topicCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'topics');
  return [
    example('a row comes back as it was put, also to another process', async ({ store, again }) => {
      assert.equal(await store.topics.get('user_logins'), null);
      await store.topics.put(ROW);
      assert.deepEqual(await store.topics.get('user_logins'), ROW);
      assert.deepEqual(await (await again()).topics.get('user_logins'), ROW);
    }),
    example('putting a topic again replaces its row', async ({ store }) => {
      await store.topics.put(ROW);
      const paused: TopicRow = { ...ROW, state: 'paused', stateReason: 'operator', contractVersion: null };
      await store.topics.put(paused);
      assert.deepEqual(await store.topics.list(), [paused]);
    }),
    example(
      'who brought a topic into its state, why and when comes back, and its schedule',
      async ({ store, again }) => {
        const paused: TopicRow = {
          ...ROW,
          state: 'paused',
          stateReason: 'wrong units',
          stateBy: 'arn:aws:sts::123456789012:assumed-role/operator/ada',
          stateSince: CASE_START - 1,
          schedule: 'daily',
        };
        await store.topics.put(paused);
        assert.deepEqual(await (await again()).topics.get('user_logins'), paused);
        assert.equal(await store.topics.replace({ ...paused, stateBy: null }, ROW), false);
        assert.equal(await store.topics.replace({ ...paused, schedule: 'hourly' }, ROW), false);
        assert.equal(await store.topics.replace(paused, ROW), true);
      },
    ),
    example(
      'a row of before there were who, when and schedule reads as it was meant',
      async ({ store, again }) => {
        const { stateBy: _by, stateSince: _since, schedule: _schedule, ...before } = ROW;
        await store.topics.put(before as TopicRow);
        const other = await again();
        assert.deepEqual(await other.topics.get('user_logins'), ROW);
        assert.deepEqual(await other.topics.list(), [ROW]);
        const hourly: TopicRow = { ...ROW, schedule: 'hourly' };
        assert.equal(await other.topics.replace(await store.topics.get('user_logins'), hourly), true);
        assert.deepEqual(await store.topics.get('user_logins'), hourly);
      },
    ),
    example('a row is replaced only where it is still the one that was seen', async ({ store, again }) => {
      assert.equal(await store.topics.replace(ROW, { ...ROW, engine: 'spark' }), false);
      assert.equal(await store.topics.replace(null, ROW), true);
      assert.equal(await store.topics.replace(null, { ...ROW, engine: 'spark' }), false);
      const paused: TopicRow = {
        ...ROW,
        state: 'paused',
        stateReason: 'operator',
        updatedAt: CASE_START + 1,
      };
      const other = await again();
      const seen = await other.topics.get('user_logins');
      assert.equal(await store.topics.replace(ROW, paused), true);
      assert.equal(await other.topics.replace(seen, { ...ROW, contractVersion: '2.0.0' }), false);
      assert.deepEqual(await store.topics.list(), [paused]);
      // The order of the members says nothing.
      const turned = Object.fromEntries(Object.entries(paused).reverse()) as unknown as TopicRow;
      assert.equal(await other.topics.replace(turned, ROW), true);
      const collides = { ...ROW, queueTopic: 'user_logins' };
      await assert.rejects(store.topics.replace(ROW, collides), code('TOPIC_NAME_COLLISION'));
    }),
    example('topics are listed by name, and a removed one is gone', async ({ store }) => {
      for (const topic of ['zebra', 'alpha', 'mid'])
        await store.topics.put({ ...ROW, topic, queueTopic: topic });
      await store.topics.remove('mid');
      await store.topics.remove('never-there');
      const names = (await store.topics.list()).map((row) => row.topic);
      assert.deepEqual(names, ['alpha', 'zebra']);
    }),
    example('two queue spellings of one table name are refused, and the first stays', async ({ store }) => {
      await store.topics.put(ROW);
      const collision = store.topics.put({ ...ROW, queueTopic: 'user_logins' });
      await assert.rejects(collision, code('TOPIC_NAME_COLLISION'));
      assert.deepEqual(await store.topics.list(), [ROW]);
    }),
    example('a row whose topic is not the table-safe spelling of its queue is refused', async ({ store }) => {
      await assert.rejects(store.topics.put({ ...ROW, topic: 'user-logins' }), code('TOPIC_NAME_INVALID'));
      await assert.rejects(
        store.topics.put({ ...ROW, queueTopic: 'a', topic: 'b' }),
        code('TOPIC_NAME_INVALID'),
      );
    }),
    example('a row that was given out can be changed without changing the store', async ({ store }) => {
      await store.topics.put(ROW);
      const given = (await store.topics.get('user_logins')) as { state: string };
      given.state = 'paused';
      assert.deepEqual(await store.topics.get('user_logins'), ROW);
    }),
  ];
}

function contractCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'contracts');
  return [
    example('a version comes back as it was put', async ({ store, again }) => {
      await store.contracts.put(CONTRACT);
      assert.deepEqual(await store.contracts.get('events', '1.0.0'), CONTRACT);
      assert.deepEqual(await (await again()).contracts.get('events', '1.0.0'), CONTRACT);
      assert.equal(await store.contracts.get('events', '2.0.0'), null);
      assert.equal(await store.contracts.get('clicks', '1.0.0'), null);
    }),
    example('versions are listed in the order they were put', async ({ store }) => {
      for (const version of ['1.9.0', '1.10.0', '1.2.0']) await store.contracts.put({ ...CONTRACT, version });
      await store.contracts.put({ ...CONTRACT, version: '1.9.0' });
      assert.deepEqual(await store.contracts.versions('events'), ['1.9.0', '1.10.0', '1.2.0']);
      assert.deepEqual(await store.contracts.versions('clicks'), []);
    }),
    example(
      'the same content again has no effect, in whatever order its members stand',
      async ({ store }) => {
        await store.contracts.put(CONTRACT);
        const { columns, ...rest } = CONTRACT;
        await store.contracts.put({ columns, ...rest });
        assert.deepEqual(await store.contracts.versions('events'), ['1.0.0']);
      },
    ),
    example('a stored version never changes', async ({ store }) => {
      await store.contracts.put(CONTRACT);
      const changed = store.contracts.put({ ...CONTRACT, owner: 'other' });
      await assert.rejects(changed, code('CONTRACT_INVALID'));
      const reordered = { ...CONTRACT, columns: { name: { type: 'string', enum: ['a', 'b'] } } } as const;
      await assert.rejects(store.contracts.put(reordered), code('CONTRACT_INVALID'));
      assert.deepEqual(await store.contracts.get('events', '1.0.0'), CONTRACT);
    }),
  ];
}

function checkpointCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'checkpoints');
  return [
    example('64-bit ids come back exactly', async ({ store, again }) => {
      assert.equal(await store.checkpoints.get('events', 'standardized'), null);
      await store.checkpoints.put(CHECKPOINT);
      assert.deepEqual(await (await again()).checkpoints.get('events', 'standardized'), CHECKPOINT);
      assert.equal(await store.checkpoints.get('events', 'curated'), null);
    }),
    example('the last put counts, per topic and layer', async ({ store }) => {
      await store.checkpoints.put(CHECKPOINT);
      const moved: Checkpoint = { ...CHECKPOINT, snapshotId: 2n, committedAt: CASE_START + 1 };
      const curated: Checkpoint = { ...CHECKPOINT, layer: 'curated', snapshotId: 3n };
      const other: Checkpoint = { ...CHECKPOINT, topic: 'clicks' };
      for (const checkpoint of [moved, curated, other]) await store.checkpoints.put(checkpoint);
      assert.deepEqual(await store.checkpoints.list(), [other, curated, moved]);
    }),
  ];
}

function roundCases(harness: StateStoreHarness): ContractCase[] {
  const example = casesOf(harness, 'rounds');
  return [
    example('the last round put counts, by topic, also to another process', async ({ store, again }) => {
      assert.equal(await store.rounds.get('events'), null);
      assert.deepEqual([...(await store.rounds.list())], []);
      await store.rounds.put('events', CASE_START);
      await store.rounds.put('clicks', CASE_START + 1);
      // A clock that was set back: what is put last counts.
      await store.rounds.put('events', CASE_START - 1);
      const other = await again();
      assert.equal(await other.rounds.get('events'), CASE_START - 1);
      const rounds = new Map([
        ['clicks', CASE_START + 1],
        ['events', CASE_START - 1],
      ]);
      assert.deepEqual(new Map([...(await other.rounds.list())].sort()), rounds);
    }),
  ];
}
