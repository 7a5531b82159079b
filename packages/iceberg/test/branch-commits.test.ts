import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, eq, gt, MemoryCatalog, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

let catalog: MemoryCatalog;
let table: Table;

beforeEach(async () => {
  catalog = new MemoryCatalog({ sleep: async () => undefined });
  const created = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
  table = (await created.append(rowsOf(created, 1, 2))).table;
});

const rowsOf = (target: Table, ...ids: number[]) =>
  batchFromRows(
    target.schema(),
    ids.map((id) => ({ id, note: `n${id}` })),
  );
const rows = (...ids: number[]) => rowsOf(table, ...ids);

async function idsOf(found: Table, snapshotId = found.currentSnapshot()!.snapshotId): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of found.scan({ snapshotId }).rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

async function withRef(refName: string, type: 'branch' | 'tag'): Promise<Table> {
  const ref = { type, snapshotId: table.currentSnapshot()!.snapshotId };
  await catalog.commitTable({
    identifier: ID,
    requirements: [],
    updates: [{ action: 'set-snapshot-ref', refName, ref }],
  });
  return catalog.loadTable(ID);
}

describe('a commit to a branch', () => {
  test('moves the branch and leaves main alone', async () => {
    table = await withRef('audit', 'branch');
    const { table: after, snapshotId } = await table.append(rows(3), { branch: 'audit' });
    expect(after.metadata.refs['audit']).toMatchObject({ snapshotId });
    expect(await idsOf(after)).toEqual([1, 2]);
    expect(await idsOf(after, snapshotId!)).toEqual([1, 2, 3]);
  });

  test('reads the branch: an upsert replaces the rows that the branch has', async () => {
    table = await withRef('audit', 'branch');
    table = (await table.append(rows(3), { branch: 'audit' })).table;
    const { table: after, snapshotId } = await table.upsert(rows(3, 1), { branch: 'audit', key: ['id'] });
    expect(await idsOf(after, snapshotId!)).toEqual([1, 2, 3]);
    expect(await idsOf(after)).toEqual([1, 2]);
  });

  test('is refused where the branch is missing or a tag', async () => {
    await expect(table.append(rows(3), { branch: 'audit' })).rejects.toMatchObject({ code: 'REF_NOT_FOUND' });
    table = await withRef('v1', 'tag');
    await expect(table.append(rows(3), { branch: 'v1' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('of two branches both come to stand, though they take sequence numbers from one row', async () => {
    table = await withRef('audit', 'branch');
    const [left, right] = [table.transaction(), table.transaction({ branch: 'audit' })];
    await left.append(rows(3));
    await right.append(rows(4));
    await left.commit();
    const { table: after, snapshotId } = await right.commit();
    expect(await idsOf(after)).toEqual([1, 2, 3]);
    expect(await idsOf(after, snapshotId!)).toEqual([1, 2, 4]);
    expect(new Set(after.snapshots().map((snapshot) => snapshot.sequenceNumber)).size).toBe(3);
  });
});

test('a staged snapshot is in the table but on no branch', async () => {
  const before = table.currentSnapshot()!.snapshotId;
  const { table: after, snapshotId } = await table.append(rows(3), { stageOnly: true, wapId: 'night-7' });
  expect(after.currentSnapshot()!.snapshotId).toBe(before);
  expect(after.snapshot(snapshotId!).summary).toMatchObject({ 'wap.id': 'night-7' });
  expect(await idsOf(after, snapshotId!)).toEqual([1, 2, 3]);
  expect((await after.append(rows(4))).table.snapshots()).toHaveLength(3);
});

describe('the rows a change was worked out from', () => {
  const copyOfTwo = async (isolation: 'snapshot' | 'serializable') => {
    const transaction = table.transaction({ conflictFilter: eq('id', 2n), isolation });
    await transaction.append(rows(20));
    return transaction;
  };

  test.each([
    ['adds such a row', () => table.append(rows(2)), 'COMMIT_CONFLICT', null],
    ['adds other rows', () => table.append(rows(7)), null, null],
    [
      'deletes such a row',
      () => table.upsert(rows(2), { key: ['id'] }),
      'COMMIT_CONFLICT',
      'COMMIT_CONFLICT',
    ],
  ] as const)('where another commit %s', async (_, other, serializable, snapshot) => {
    for (const [isolation, code] of [
      ['serializable', serializable],
      ['snapshot', snapshot],
    ] as const) {
      const transaction = await copyOfTwo(isolation);
      await other();
      if (code === null) await transaction.commit();
      else await expect(transaction.commit()).rejects.toMatchObject({ code });
      table = await table.refresh();
    }
  });

  test('a filter names only columns of the table', () => {
    expect(() => table.transaction({ conflictFilter: gt('none', 1) })).toThrowError(
      expect.objectContaining({ code: 'COLUMN_NOT_FOUND' }),
    );
  });
});
