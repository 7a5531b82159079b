import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Expression, MemoryCatalog, type Table } from '../../src/index.js';
import { filterArbitrary, matches, renamed } from './model/filters.js';
import { FIELDS } from './model/rows.js';
import { applyStep, stepArbitrary } from './model/steps.js';
import { keyOfRead, TableModel } from './model/table-model.js';

const RUNS = process.env['LEAN_OPS_TEST'] === 'full' ? 400 : 25;
const SEED = 20261123;

const partitionArbitrary = fc.constantFrom<string[]>(
  [],
  ['bucket(3, id)'],
  ['truncate(2, name)'],
  ['month(day)', 'truncate(4, id)'],
  ['name'],
  ['year(day)'],
  ['score'],
  ['n'],
  ['truncate(4, n)', 'bucket(2, id)'],
  ['place.lat'],
  ['truncate(1, place.tag)', 'bucket(2, place.at.zone)'],
);

async function keysOf(
  table: Table,
  options: { filter?: Expression; ref?: string; snapshotId?: bigint } = {},
): Promise<string[]> {
  const keys: string[] = [];
  for await (const row of table.scan(options).rows()) keys.push(keyOfRead(row));
  return keys.sort();
}

/** No filter loses or gains a row by what it lets a scan pass over. */
async function expectFilters(table: Table, model: TableModel, filters: readonly Expression[]): Promise<void> {
  for (const given of filters) {
    const filter = renamed(given, model);
    if (filter === null) continue;
    const expected = model.rows.filter((row) => matches(given, row, model) === true);
    expect(await keysOf(table, { filter })).toEqual(model.keys(expected));
    expect(await table.scan({ filter }).count()).toBe(expected.length);
  }
}

/** Every retained snapshot, tag and branch shows what it showed. */
async function expectHistory(table: Table, model: TableModel): Promise<void> {
  for (const { snapshotId } of table.snapshots()) {
    const seen = model.snapshots.get(snapshotId);
    if (seen !== undefined) expect(await keysOf(table, { snapshotId })).toEqual(seen.keys);
  }
  for (const [tag, snapshotId] of model.tags)
    expect(await keysOf(table, { ref: tag })).toEqual(model.snapshots.get(snapshotId)!.keys);
  if (model.branch !== null) expect(await keysOf(table, { ref: 'audit' })).toEqual(model.keys(model.branch));
}

test.each([2, 3] as const)(
  'any sequence of changes of a version %s table leaves the rows a model predicts, in every snapshot and behind every filter',
  async (formatVersion) => {
    await fc.assert(
      fc.asyncProperty(
        partitionArbitrary,
        fc.array(stepArbitrary, { minLength: 2, maxLength: 10 }),
        fc.array(filterArbitrary, { minLength: 3, maxLength: 6 }),
        async (partitionBy, steps, filters) => {
          const properties = { 'commit.manifest.min-count-to-merge': '3' };
          let table = await new MemoryCatalog().createTable(
            { namespace: 'n', name: 't' },
            { formatVersion, schema: { fields: FIELDS }, partitionBy, properties },
          );
          const model = new TableModel();
          for (const step of steps) {
            table = await applyStep(table, model, step);
            model.note(table);
            expect(await keysOf(table), step.kind).toEqual(model.keys());
          }
          await expectFilters(table, model, filters);
          await expectHistory(table, model);
        },
      ),
      { seed: SEED + formatVersion, numRuns: RUNS },
    );
  },
  600_000,
);
