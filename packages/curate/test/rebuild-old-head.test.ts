import { MAINTAINED_TABLES, rebuild } from '@lean-ops/curate';
import type { Table } from '@lean-ops/iceberg';
import { expect, test } from 'vitest';
import { HOUR_MS, MaintainedWorld } from './support/maintained-world.js';
import { BROKEN, batches, TABLES } from './support/rebuild-world.js';
import { CONTRACT, CURATED } from './support/world.js';

const TAG = 'before-rebuild-2';

async function filesOf(table: Table): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of table.storage.list(table.folder)) found.push(path);
  return found;
}

test('what was before a rebuild can be read for a week of nights, and then it goes with its files', async () => {
  const world = new MaintainedWorld();
  await world.receive(batches().flat());
  await world.standardize({ contract: CONTRACT });
  await world.curate({ contract: CONTRACT });
  const old = await world.catalog.loadTable(CURATED);
  const before = await old.scan().count();
  const oldFiles = (await old.scan().planFiles()).map(({ dataFile }) => dataFile.file.filePath);
  expect(oldFiles).not.toEqual([]);
  const random = { uuid: () => 'abcdefgh' };
  await rebuild({
    ...world.job({ contract: BROKEN, fencingToken: 10n, workers: 0 }),
    ...{ journals: world.state.journals, random },
  });
  const rebuiltAt = world.clock.now();
  const after = await (await world.catalog.loadTable(CURATED)).scan().count();
  const night = async (day: number): Promise<void> => {
    world.clock.advance(Math.max(0, rebuiltAt + day * 24 * HOUR_MS - world.clock.now()));
    for (const which of MAINTAINED_TABLES) await world.maintain(which, { fencingToken: 20n });
  };
  for (const day of [1, 3, 6]) {
    await night(day);
    const table = await world.catalog.loadTable(CURATED);
    let rows = 0;
    for await (const batch of table.scan({ ref: TAG })) rows += batch.numRows;
    expect(rows, `day ${day}`).toBe(before);
    expect(await filesOf(table)).toEqual(expect.arrayContaining(oldFiles));
  }
  await night(8);
  for (const identifier of Object.values(TABLES)) {
    const table = await world.catalog.loadTable(identifier);
    expect(Object.keys(table.refs)).toEqual(['main']);
    const found = await filesOf(table);
    for (const path of oldFiles) expect(found).not.toContain(path);
    const { orphans } = await table.removeOrphanFiles({
      dryRun: true,
      force: true,
      olderThan: world.clock.now() + HOUR_MS,
    });
    expect(orphans).toEqual([]);
  }
  const table = await world.catalog.loadTable(CURATED);
  let rows = 0;
  for await (const batch of table.scan()) rows += batch.numRows;
  expect(rows).toBe(after);
  expect(await world.reconcile({ contract: BROKEN })).toMatchObject({ differences: [] });
});
