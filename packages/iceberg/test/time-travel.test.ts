import { expect, test } from 'vitest';
import { MemoryCatalog, type ScanOptions, type Table } from '../src/index.js';

/** A table with a commit at each of these milliseconds of one day, adding the rows 1, 2, …; a column comes with the last. */
async function tableOverTime(): Promise<Table> {
  let now = Date.parse('2026-11-23T00:00:00Z');
  const catalog = new MemoryCatalog({ now: () => now });
  let table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields: [{ name: 'id', type: 'long', required: true }] } },
  );
  for (const id of [1, 2]) {
    now += 1000;
    ({ table } = await table.append([{ id }]));
  }
  ({ table } = await table.createTag('release'));
  ({ table } = await table.createBranch('audit'));
  now += 1000;
  const transaction = table.transaction().addColumns([{ name: 'note', type: 'string' }]);
  await transaction.append([{ id: 3, note: 'c' }]);
  ({ table } = await transaction.commit());
  return table;
}

async function rowsOf(table: Table, options: ScanOptions): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows.sort((left, right) => Number((left as { id: bigint }).id - (right as { id: bigint }).id));
}

test('a time gives the snapshot that was current then, with its schema', async () => {
  const table = await tableOverTime();
  const [first, second, third] = table.snapshots();
  expect(table.snapshotAsOf('2026-11-23T00:00:01Z')).toBe(first);
  expect(table.snapshotAsOf('2026-11-23T01:00:01.999999+01:00')).toBe(first);
  expect(table.snapshotAsOf(new Date('2026-11-23T00:00:02Z'))).toBe(second);
  expect(table.snapshotAsOf(Date.parse('2026-11-23T00:00:02.999Z'))).toBe(second);
  expect(table.snapshotAsOf('2026-11-24')).toBe(third);
  expect(await rowsOf(table, { asOf: '2026-11-23T00:00:02Z' })).toEqual([{ id: 1n }, { id: 2n }]);
  expect(() => table.snapshotAsOf('2026-11-23')).toThrow(
    expect.objectContaining({
      code: 'SNAPSHOT_NOT_FOUND',
      message: expect.stringContaining('from 2026-11-23T00:00:01.000Z on'),
    }),
  );
  for (const time of ['2026-11-23T00:00:02', 'yesterday', Number.NaN])
    expect(() => table.scan({ asOf: time })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('a tag is read with its own schema, a branch with the current one', async () => {
  const table = await tableOverTime();
  expect(await rowsOf(table, { ref: 'release' })).toEqual([{ id: 1n }, { id: 2n }]);
  expect(await rowsOf(table, { ref: 'audit' })).toEqual([
    { id: 1n, note: null },
    { id: 2n, note: null },
  ]);
  expect(await rowsOf(table, { ref: 'main' })).toHaveLength(3);
  expect(Object.keys(table.refs).sort()).toEqual(['audit', 'main', 'release']);
  expect(table.snapshotOf('release').snapshotId).toBe(table.snapshots()[1]!.snapshotId);
  expect(() => table.snapshotOf('gone')).toThrow(
    expect.objectContaining({ code: 'REF_NOT_FOUND', message: expect.stringContaining('it has main') }),
  );
  expect(() => table.scan({ ref: 'toString' })).toThrow(expect.objectContaining({ code: 'REF_NOT_FOUND' }));
});

test('two ways to name a snapshot at once are refused', async () => {
  const table = await tableOverTime();
  const { snapshotId } = table.currentSnapshot()!;
  for (const options of [
    { ref: 'main', snapshotId },
    { ref: 'main', asOf: 1 },
    { asOf: 1, snapshotId },
  ]) {
    expect(() => table.scan(options)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(() => table.metadataTable('files', options)).toThrow(/given together/);
  }
});

test('main of a table without snapshots is empty, and no time had a snapshot', async () => {
  const table = await new MemoryCatalog().createTable(
    { namespace: 'n', name: 't' },
    { schema: { fields: [{ name: 'id', type: 'long' }] } },
  );
  expect(await rowsOf(table, { ref: 'main' })).toEqual([]);
  expect(() => table.scan({ asOf: Date.now() })).toThrow(/has no snapshot log/);
});
