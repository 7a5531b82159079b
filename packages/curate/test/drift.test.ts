import type { TopicContract } from '@lean-ops/core';
import { expect, test } from 'vitest';
import { envelope, STANDARDIZED, TOPIC, World } from './support/world.js';

const CONTRACT: TopicContract = {
  topic: TOPIC,
  version: '1.0.0',
  owner: 'tests',
  columns: { amount: { type: 'int' }, id: { type: 'string' } },
  quality: { cdeSpikeThreshold: 1 },
};

const events = (count: number, payload: (event: number) => object) =>
  Array.from({ length: count }, (_, event) => envelope({ payload: payload(event) }));

async function driftOf(world: World): Promise<unknown[]> {
  const entries = await world.state.outbox.peek('drift_log', 1_000);
  return entries.map(({ row }) => [
    row['layer'],
    row['kind'],
    row['column_name'],
    row['path'],
    row['count'],
    row['sample'],
  ]);
}

async function round(world: World, rows: ReturnType<typeof events>, contract = CONTRACT): Promise<void> {
  await world.receive(rows);
  await world.standardize({ contract });
  await world.curate({ contract });
}

const fieldDrift = (world: World): number => world.metrics.total('FieldDrift');

test('a field that another one takes the place of is said to be renamed', async () => {
  const world = new World();
  await round(
    world,
    events(120, (id) => ({ amount: 1, id, meter: { siteName: 'north' } })),
  );
  const before = fieldDrift(world);
  expect(before).toBe(3);
  await round(
    world,
    events(120, (id) => ({ amount: 1, id: id + 1_000, meter: { site_name: 'north' } })),
  );
  expect((await driftOf(world)).slice(before)).toEqual([
    ['standardized', 'COLUMN_ADDED', 'meter_site_name', '$.meter.site_name', 1, null],
    ['standardized', 'FIELD_VANISHED', 'meter_sitename', '$.meter.siteName', 120, null],
    ['standardized', 'FIELD_RENAMED', 'meter_site_name', '$.meter.site_name', 120, '$.meter.siteName'],
  ]);
  expect(fieldDrift(world)).toBe(before + 3);
});

test('a governed field whose values are of another type is said so, without showing one', async () => {
  const world = new World();
  await round(
    world,
    events(20, (id) => ({ amount: id, id })),
  );
  await round(
    world,
    events(20, (id) => ({ amount: `secret ${id}`, id: id + 1_000 })),
  );
  expect(await driftOf(world)).toContainEqual(['curated', 'TYPE_CHANGED', 'amount', '$.amount', 20, 'text']);
  expect(JSON.stringify(await driftOf(world))).not.toContain('secret');
});

test('new fields become text columns by themselves, up to the limit', async () => {
  const world = new World();
  const contract: TopicContract = { ...CONTRACT, flatten: { maxColumns: 4 } };
  await round(
    world,
    events(3, (id) => ({ amount: 1, id, a: 1, b: { c: true }, d: 1, e: 2 })),
    contract,
  );
  const { fields } = (await world.catalog.loadTable(STANDARDIZED)).schema();
  const text = fields.filter(({ name }) => ['amount', 'id', 'a', 'b_c', 'd', 'e'].includes(name));
  expect(text.map(({ name, type }) => [name, type])).toEqual([
    ['amount', 'string'],
    ['id', 'string'],
    ['a', 'string'],
    ['b_c', 'string'],
  ]);
  const kinds = (await driftOf(world)).map((row) => (row as string[])[1]);
  expect(kinds.filter((kind) => kind === 'COLUMN_ADDED')).toHaveLength(4);
  expect(kinds).toContain('COLUMN_LIMIT');
  const [row] = await world.rows(STANDARDIZED);
  expect(JSON.parse(row!['_overflow'] as string)).toEqual({ '$.d': 1, '$.e': 2 });
});
