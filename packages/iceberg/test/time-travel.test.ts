import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryCatalog, type Table, type TimeTravelOptions } from '../src/index.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23);

/** A snapshot each hour from START on; the column `note` came with the second. The tag `first` is at the first, `side` goes on from it. */
let table: Table;

beforeEach(async () => {
  let now = START;
  const catalog = new MemoryCatalog({ now: () => now });
  table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields: [{ name: 'id', type: 'int' }] } },
  );
  ({ table } = await table.append([{ id: 1 }]));
  ({ table } = await table.createTag('first'));
  ({ table } = await table.createBranch('side'));
  now += HOUR;
  const transaction = table.transaction().addColumns([{ name: 'note', type: 'string' }]);
  await transaction.append([{ id: 2, note: 'b' }]);
  ({ table } = await transaction.commit());
  now += HOUR;
  ({ table } = await table.append([{ id: 3 }]));
  ({ table } = await table.append([{ id: 10, note: 'side' }], { branch: 'side' }));
});

async function rowsOf(options: TimeTravelOptions): Promise<unknown[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows.sort((left, right) => Number(left['id']) - Number(right['id']));
}

describe('a table is read', () => {
  test('by branch in the current schema, by tag in that of its snapshot', async () => {
    expect(await rowsOf({ ref: 'main' })).toHaveLength(3);
    expect(await rowsOf({ ref: 'side' })).toEqual([
      { id: 1, note: null },
      { id: 10, note: 'side' },
    ]);
    expect(await rowsOf({ ref: 'first' })).toEqual([{ id: 1 }]);
  });

  test('as of a time, given as a date, a number or text, in the schema of then', async () => {
    expect(await rowsOf({ asOf: new Date(START + HOUR - 1) })).toEqual([{ id: 1 }]);
    expect(await rowsOf({ asOf: START + HOUR })).toEqual([
      { id: 1, note: null },
      { id: 2, note: 'b' },
    ]);
    expect(await rowsOf({ asOf: '2026-11-23T02:59:59+01:00' })).toHaveLength(2);
    expect(await rowsOf({ asOf: '2026-11-24' })).toHaveLength(3);
  });

  test('as of a time at which a snapshot was current that was rolled back since', async () => {
    const { table: rolledBack } = await table.rollbackTo({
      snapshotId: table.snapshotOf('first').snapshotId,
    });
    table = rolledBack;
    expect(await rowsOf({})).toEqual([{ id: 1, note: null }]);
    expect(await rowsOf({ asOf: START + HOUR })).toHaveLength(2);
  });
});

test.each<[string, TimeTravelOptions, string]>([
  ['a time before the first snapshot', { asOf: START - 1 }, 'SNAPSHOT_NOT_FOUND'],
  ['text that is no time', { asOf: 'yesterday' }, 'INVALID_ARGUMENT'],
  ['a ref that is not there', { ref: 'none' }, 'REF_NOT_FOUND'],
  ['a snapshot that is not there', { snapshotId: 1n }, 'SNAPSHOT_NOT_FOUND'],
  ['more than one version', { ref: 'main', asOf: START }, 'INVALID_ARGUMENT'],
])('%s is refused', (_, options, code) => {
  expect(() => table.scan(options)).toThrow(expect.objectContaining({ code }));
});
