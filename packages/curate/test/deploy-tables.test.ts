import type { TopicContract } from '@lean-ops/core';
import { changeTopicTable, type JobOptions, planTopicTables } from '@lean-ops/curate';
import { describe, expect, test } from 'vitest';
import { CURATED, envelope, STANDARDIZED, TOPIC, World } from './support/world.js';

const LIVE: TopicContract = {
  topic: TOPIC,
  version: '1.0.0',
  owner: 'tests',
  columns: {
    id: { type: 'int', path: '$.id' },
    share: { type: 'float' },
    amount: { type: 'decimal(6,2)' },
    seen_at: { type: 'timestamptz', path: '$.seenAt' },
  },
};

const CHANGED: TopicContract = {
  ...LIVE,
  version: '1.1.0',
  columns: {
    number: { type: 'long', path: '$.id' },
    share: { type: 'double' },
    amount: { type: 'decimal(12,2)' },
    seen_at: { type: 'timestamptz', path: '$.seenAt' },
    site: { type: 'string' },
  },
};

const RENAMED = new Map([['number', 'id']]);

async function withHistory(): Promise<World> {
  const world = new World();
  await round(world, LIVE, { id: 1, share: 0.5, amount: 1.25, seenAt: '2026-01-01T00:00:00Z' });
  return world;
}

async function round(world: World, contract: TopicContract, ...payloads: object[]): Promise<void> {
  await world.receive(payloads.map((payload) => envelope({ payload })));
  await world.standardize({ contract });
  await world.curate({ contract });
}

const deploy = (world: World, token = 1n) =>
  changeTopicTable('curated', { ...args(world), renamed: RENAMED, fencingToken: token });

const args = ({ catalog }: World) => ({ catalog, topic: TOPIC, contract: CHANGED });

const ids = async (world: World): Promise<Record<string, number>> => {
  const { fields } = (await world.catalog.loadTable(CURATED)).schema();
  return Object.fromEntries(fields.map(({ name, id }) => [name, id]));
};

describe('deploying a contract to tables', () => {
  test('keeps the field ids of renamed and widened columns, and old rows with them', async () => {
    const world = await withHistory();
    const before = await ids(world);
    const { columns } = await deploy(world);
    const after = await ids(world);
    expect(after).toEqual({
      ...Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'id')),
      number: before['id'],
      site: Math.max(...Object.values(before)) + 1,
    });
    expect(columns).toEqual([
      { kind: 'rename', id: before['id'], column: 'id', to: 'number' },
      { kind: 'widen', id: before['id'], column: 'number', from: 'int', to: 'long' },
      { kind: 'widen', id: before['share'], column: 'share', from: 'float', to: 'double' },
      { kind: 'widen', id: before['amount'], column: 'amount', from: 'decimal(6,2)', to: 'decimal(12,2)' },
      { kind: 'add', id: after['site'], column: 'site', type: 'string' },
    ]);
    await round(world, CHANGED, { id: 5_000_000_000, share: 0.1, amount: 12_345_678.5, site: 'north' });
    const rows = await world.rows(CURATED);
    expect(rows.sort((left, right) => Number(left['number']) - Number(right['number']))).toMatchObject([
      { number: 1n, share: 0.5, amount: '1.25', site: null },
      { number: 5_000_000_000n, share: 0.1, amount: '12345678.50', site: 'north' },
    ]);
  });

  test('foresees the very changes, ids too, and changes nothing by that', async () => {
    const world = await withHistory();
    const { metadataLocation } = await world.catalog.loadTable(CURATED);
    const [standardized, curated] = await planTopicTables({ ...args(world), renamed: RENAMED });
    expect((await world.catalog.loadTable(CURATED)).metadataLocation).toBe(metadataLocation);
    expect(standardized).toMatchObject({ kind: 'none' });
    expect(curated).toEqual(await deploy(world));
  });

  test('makes new tables with the ids that were foreseen', async () => {
    const world = new World();
    const plan = await planTopicTables(args(world));
    for (const { layer } of plan) await changeTopicTable(layer, { ...args(world), fencingToken: 1n });
    expect(plan.map(({ kind, table }) => [kind, table])).toEqual([
      ['create', 'standardized.events'],
      ['create', 'curated.events'],
    ]);
    for (const [index, identifier] of [STANDARDIZED, CURATED].entries()) {
      const { fields } = (await world.catalog.loadTable(identifier)).schema();
      expect(plan[index]!.columns.map(({ id, column }) => [id, column])).toEqual(
        fields.map(({ id, name }) => [id, name]),
      );
    }
    await round(world, CHANGED, { id: 1 });
    expect(await world.rows(CURATED)).toMatchObject([{ number: 1n }]);
  });

  test('is done once, however often it is repeated', async () => {
    const world = await withHistory();
    await deploy(world);
    const { metadataLocation } = await world.catalog.loadTable(CURATED);
    expect(await deploy(world)).toMatchObject({ kind: 'none' });
    expect((await world.catalog.loadTable(CURATED)).metadataLocation).toBe(metadataLocation);
  });

  test('is refused under a lower fencing token than a table holds', async () => {
    const world = await withHistory();
    await expect(deploy(world, 0n)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  test('shuts out a run that still holds the lease of before', async () => {
    const world = await withHistory();
    await deploy(world, 7n);
    const late: Partial<JobOptions> = { contract: CHANGED, fencingToken: 6n };
    await world.receive([envelope({ payload: { id: 2 } })]);
    await world.standardize({ contract: CHANGED });
    await expect(world.curate(late)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  test('refuses what the table format cannot do in place', async () => {
    const world = await withHistory();
    const contract: TopicContract = { ...LIVE, columns: { ...LIVE.columns, id: { type: 'string' } } };
    const changing = changeTopicTable('curated', { ...args(world), contract, fencingToken: 2n });
    await expect(changing).rejects.toMatchObject({ code: 'TABLE_SCHEMA_MISMATCH' });
  });
});

describe('a contract that was not deployed', () => {
  test.each([
    ['a new column', { ...LIVE.columns, site: { type: 'string' } }, 'site is missing'],
    ['a wider one', { ...LIVE.columns, id: { type: 'long' } }, 'id is int'],
  ] as const)('is refused by Curated for %s, and nothing is written', async (_what, columns, message) => {
    const world = await withHistory();
    await world.receive([envelope({ payload: { id: 2 } })]);
    const contract: TopicContract = { ...LIVE, version: '1.1.0', columns };
    await world.standardize({ contract });
    world.deploy = async () => {};
    await expect(world.curate({ contract })).rejects.toMatchObject({
      code: 'CONTRACT_NOT_DEPLOYED',
      message: expect.stringContaining(message),
    });
    expect(await world.rows(CURATED)).toHaveLength(1);
  });
});

describe('the layout of Standardized', () => {
  const ordered = (type: 'int' | 'long', spelling = '$.seq'): TopicContract => ({
    ...LIVE,
    key: '$.name',
    orderBy: [spelling],
    columns: { ...LIVE.columns, seq: { type } },
  });

  test('goes along with another spelling, which runs do not mind either', async () => {
    const world = new World();
    const contract = ordered('int', "$['seq']");
    await round(world, ordered('int'), { id: 1, seq: 1 });
    await round(world, contract, { id: 2, seq: 2 });
    const [change] = await planTopicTables({ ...args(world), contract });
    expect(change).toMatchObject({ kind: 'change', detail: expect.stringContaining('orderBy') });
    await changeTopicTable('standardized', { ...args(world), contract, fencingToken: 1n });
    await round(world, contract, { id: 3, seq: 3 });
    expect(await world.rows(CURATED)).toHaveLength(3);
  });

  test('is another one where what orders gets a wider type: what was too large for the old one has lost', async () => {
    const world = new World();
    await round(world, ordered('int'), { name: 'k', id: 1, seq: 1 });
    await round(world, ordered('int'), { name: 'k', id: 2, seq: 3_000_000_000 });
    expect(await world.rows(CURATED)).toMatchObject([{ id: 1 }]);
    const [change] = await planTopicTables({ ...args(world), contract: ordered('long') });
    expect(change).toMatchObject({ kind: 'rebuild', detail: expect.stringContaining('orderTypes') });
    const standardizing = world.standardize({ contract: ordered('long') });
    await expect(standardizing).resolves.toMatchObject({});
    await world.receive([envelope({ payload: { name: 'k', id: 3, seq: 4 } })]);
    await expect(world.standardize({ contract: ordered('long') })).rejects.toMatchObject({
      code: 'RESET_REQUIRED',
    });
  });

  test('of another key is a rebuild, and is not changed', async () => {
    const world = await withHistory();
    const contract: TopicContract = { ...CHANGED, key: 'message_id' };
    expect((await planTopicTables({ ...args(world), contract }))[0]).toMatchObject({ kind: 'rebuild' });
    const changing = changeTopicTable('standardized', { ...args(world), contract, fencingToken: 2n });
    await expect(changing).rejects.toMatchObject({ code: 'RESET_REQUIRED' });
  });
});
