import type { TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, test } from 'vitest';
import { BROKEN, batches, contents, fromScratch, killAt, RebuildWorld } from './support/rebuild-world.js';
import { CONTRACT, CURATED, ERRORS, envelope, STANDARDIZED } from './support/world.js';

let world: RebuildWorld;

beforeEach(async () => {
  world = new RebuildWorld();
  for (const batch of batches()) await world.receive(batch);
  await world.round(CONTRACT);
});

/** The rows of every snapshot that a table has. */
async function everySnapshot(table: Table): Promise<number[]> {
  const counts: number[] = [];
  for (const { snapshotId } of table.snapshots()) {
    let rows = 0;
    for await (const batch of table.scan({ snapshotId })) rows += batch.numRows;
    counts.push(rows);
  }
  return counts;
}

/** Rounds and a night of maintenance, as a topic has them that was given back. */
async function roundsGoOn(contract: TopicContract): Promise<void> {
  await world.receive(batches().flat());
  await world.round(contract, 50n);
  for (const id of [STANDARDIZED, CURATED]) await (await world.table(id)).compact({ rewriteAll: true });
}

describe('a process that is killed after it has given the topic back', () => {
  test('leaves nothing to the same call but to end: what rounds have made since stays', async () => {
    await expect(world.rebuild(killAt('rebuild:restored'))).rejects.toThrow('killed');
    await roundsGoOn(BROKEN);
    const tables = [await world.table(STANDARDIZED), await world.table(CURATED)];
    const before = await Promise.all(tables.map(everySnapshot));
    await world.rebuild({ fencingToken: 60n });
    expect(await Promise.all(tables.map(everySnapshot))).toEqual(before);
    expect(await world.state.journals.list('')).toEqual([]);
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
  });

  test('where RAW had nothing leaves the tables that rounds have made since', async () => {
    const empty = new RebuildWorld();
    await empty.receive([]);
    await expect(empty.rebuild(killAt('rebuild:restored'))).rejects.toThrow('killed');
    await empty.receive(batches().flat());
    await empty.round(BROKEN, 50n);
    const { uuid } = await empty.table(CURATED);
    await empty.rebuild({ fencingToken: 60n });
    expect((await empty.table(CURATED)).uuid).toBe(uuid);
  });

  test('cannot be given up any more: the topic has its new contract', async () => {
    await expect(world.rebuild(killAt('rebuild:restored'))).rejects.toThrow('killed');
    await expect(world.abandon()).rejects.toMatchObject({ code: 'REBUILD_UNDER_WAY' });
    await world.rebuild();
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
  });

  test('having given a rebuild up leaves nothing to the same call but to end', async () => {
    const fresh = new RebuildWorld();
    await fresh.receive([envelope({ payload: { name: 'n', amount: '1.5' } })]);
    await fresh.round(CONTRACT);
    expect(await fresh.catalog.tableExists(ERRORS)).toBe(false);
    await expect(fresh.rebuild(killAt('rebuild:after-curated'))).rejects.toThrow('killed');
    await expect(fresh.abandon(killAt('abandon:restored'))).rejects.toThrow('killed');
    await fresh.receive([envelope({ payload: { name: 'n', amount: 'no number' } })]);
    await fresh.round(CONTRACT, 50n);
    await fresh.abandon({ fencingToken: 60n });
    expect((await fresh.rows(ERRORS)).length).toBe(1);
    expect(await fresh.reconcile({ contract: CONTRACT })).toMatchObject({ differences: [] });
    expect(await fresh.state.journals.list('')).toEqual([]);
  });
});

describe('a process that was overtaken', () => {
  test('deletes no file that a snapshot of the new table has, however late it clears up', async () => {
    let stalled = true;
    const hooks = {
      at: async (point: string): Promise<void> => {
        if (point !== 'rebuild:published' || !stalled) return;
        stalled = false;
        await world.rebuild({ fencingToken: 40n });
        await roundsGoOn(BROKEN);
      },
    };
    await expect(world.rebuild({ hooks, fencingToken: 30n })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect((await everySnapshot(await world.table(STANDARDIZED))).length).toBeGreaterThan(2);
    expect(await contents(world)).toEqual(await fromScratch(world.received, BROKEN));
  });

  test('drops no table that was made since, however late it gives up', async () => {
    const fresh = new RebuildWorld();
    await fresh.receive(batches().flat());
    await expect(fresh.rebuild(killAt('rebuild:after-curated'))).rejects.toThrow('killed');
    let stalled = true;
    const hooks = {
      at: async (point: string): Promise<void> => {
        if (point !== 'abandon:begun' || !stalled) return;
        stalled = false;
        await fresh.abandon({ fencingToken: 40n });
        await fresh.round(CONTRACT, 50n);
      },
    };
    await expect(fresh.abandon({ hooks, fencingToken: 30n })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await contents(fresh)).toEqual(await fromScratch(fresh.received, CONTRACT));
  });
});
