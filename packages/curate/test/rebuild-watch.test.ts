import { type RebuildPoint, type RebuildProgress, RebuildWatch } from '@lean-ops/curate';
import { replacementCatalog } from '@lean-ops/iceberg';
import { expect, test } from 'vitest';
import { batches, RebuildWorld } from './support/rebuild-world.js';
import { CONTRACT, STANDARDIZED, TOPIC } from './support/world.js';

test('how far a rebuild is can be told from outside, and looking changes nothing', async () => {
  const world = new RebuildWorld();
  for (const batch of batches()) await world.receive(batch);
  await world.round(CONTRACT);
  const { catalog, clock, state } = world;
  const watch = new RebuildWatch({ catalog, clock, journals: state.journals, topic: TOPIC });
  expect(await watch.look()).toBeNull();
  const told: RebuildProgress[] = [];
  const seen: RebuildProgress[] = [];
  const at = async (point: RebuildPoint): Promise<void> => {
    clock.advance(500);
    if (!/^rebuild:|:before-commit$|:after-checkpoint$/.test(point)) return;
    const look = await watch.look();
    if (look !== null && point !== 'rebuild:restored') seen.push(look);
  };
  await world.rebuild({
    hooks: { at },
    maxRowsPerCommit: 60,
    onProgress: (progress) => {
      told.push(progress);
    },
  });
  expect(await watch.look()).toBeNull();
  const rows = (all: readonly RebuildProgress[], step: string) =>
    Math.max(...all.filter((one) => one.step === step).map((one) => one.rows));
  for (const step of ['standardize', 'curate']) {
    expect(rows(seen, step), step).toBe(rows(told, step));
    expect(
      seen.some((one) => one.step === step && one.rowsPerSecond !== null && one.remainingMs !== null),
    ).toBe(true);
  }
  expect([...new Set(seen.map(({ step }) => step))]).toEqual([
    'standardize',
    'curate',
    'audit',
    'publish',
    'published',
  ]);
  expect(seen.find(({ step }) => step === 'audit')).toMatchObject({
    rows: 0,
    totalRows: 0,
    rowsPerSecond: null,
  });
});

test('a new table that is just being made is left alone', async () => {
  const world = new RebuildWorld();
  for (const batch of batches()) await world.receive(batch);
  await world.round(CONTRACT);
  const { catalog, clock, state } = world;
  const watch = new RebuildWatch({ catalog, clock, journals: state.journals, topic: TOPIC });
  let isThere: boolean | null = null;
  const at = async (point: RebuildPoint): Promise<void> => {
    if (point !== 'rebuild:begun') return;
    const { document } = (await state.journals.get(`rebuild/${TOPIC}`))!;
    const table = await world.table(STANDARDIZED);
    const staging = replacementCatalog({ table, folder: document['folder'] as string });
    // Its uuid is still its own: it gets that of the table it is to replace in the commit after.
    await staging.createTable(STANDARDIZED, { schema: { fields: [{ name: 'a', type: 'string' }] } });
    expect(await watch.look()).toMatchObject({ step: 'standardize', rows: 0 });
    isThere = await staging.tableExists(STANDARDIZED);
  };
  await world.rebuild({ hooks: { at } });
  expect(isThere).toBe(true);
});
