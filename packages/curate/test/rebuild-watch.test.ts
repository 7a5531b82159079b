import { type RebuildPoint, type RebuildProgress, RebuildWatch } from '@lean-ops/curate';
import { expect, test } from 'vitest';
import { batches, RebuildWorld } from './support/rebuild-world.js';
import { CONTRACT, TOPIC } from './support/world.js';

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
