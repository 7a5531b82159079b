import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, type CommitResult, MemoryCatalog, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
let now = 1_000_000;
let table: Table;

beforeEach(async () => {
  now = 1_000_000;
  const catalog = new MemoryCatalog({ now: () => now, sleep: async () => undefined });
  table = await catalog.createTable(ID, {
    schema: { fields: [{ name: 'id', type: 'long' }] },
    partitionBy: ['identity(id)'],
  });
});

const append = async (id: number, options: Parameters<Table['append']>[1] = {}): Promise<CommitResult> => {
  now += 1000;
  const fresh = await table.refresh();
  return fresh.append(batchFromRows(fresh.schema(), [{ id }]), options);
};
const idsOf = async (options: Parameters<Table['scan']>[0] = {}): Promise<number[]> => {
  const fresh = await table.refresh();
  const ids: number[] = [];
  for await (const row of fresh.scan(options).rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
};
const refused = (code: string) => expect.objectContaining({ name: 'IcebergError', code });

describe('branches and tags', () => {
  test('point to the snapshot of the table value they are made from, though others commit meanwhile', async () => {
    const first = await append(1);
    await append(2);
    await first.table.createTag('v1');
    await first.table.createBranch('audit');
    expect(await idsOf({ ref: 'v1' })).toEqual([1]);
    expect(await idsOf({ ref: 'audit' })).toEqual([1]);
  });

  test('need a snapshot, a name, whole retention numbers', async () => {
    await expect(table.createTag('v1')).rejects.toEqual(refused('INVALID_ARGUMENT'));
    const { table: changed } = await append(1);
    await expect(changed.createTag('')).rejects.toEqual(refused('INVALID_NAME'));
    await expect(changed.createTag('main')).rejects.toEqual(refused('REF_ALREADY_EXISTS'));
    await expect(changed.createTag('a', { maxRefAgeMs: 0.5 })).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await expect(changed.createBranch('a', { minSnapshotsToKeep: 0 })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    );
    await expect(changed.createBranch('a', { snapshotId: 42n })).rejects.toEqual(
      refused('SNAPSHOT_NOT_FOUND'),
    );
  });

  test('are replaced as what they are, and keep the retention that is not named', async () => {
    const first = await append(1);
    const second = await append(2);
    await second.table.createTag('v1', { maxRefAgeMs: 5000 });
    const { table: replaced } = await second.table.replaceTag('v1', { snapshotId: first.snapshotId! });
    expect(replaced.refs['v1']).toEqual({ snapshotId: first.snapshotId, type: 'tag', maxRefAgeMs: 5000 });
    await expect(replaced.replaceBranch('v1', {})).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await expect(replaced.replaceTag('v2', {})).rejects.toEqual(refused('REF_NOT_FOUND'));
    await expect(replaced.dropRef('main')).rejects.toEqual(refused('INVALID_ARGUMENT'));
  });

  test('of concurrent creators of one name one wins', async () => {
    const first = await append(1);
    const second = await append(2);
    const results = await Promise.allSettled([
      first.table.createTag('v', { snapshotId: first.snapshotId! }),
      first.table.createTag('v', { snapshotId: second.snapshotId! }),
    ]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'REF_ALREADY_EXISTS' },
    });
  });

  test('nothing is committed where nothing changes', async () => {
    const { table: changed } = await append(1);
    const { table: same, attempts } = await changed.replaceBranch('main', {});
    expect([same.metadataLocation, attempts]).toEqual([changed.metadataLocation, 0]);
  });
});

describe('fast-forward', () => {
  test('moves a branch on to another ref and never loses a snapshot', async () => {
    const { table: changed } = await append(1);
    await changed.createBranch('audit');
    await append(2, { branch: 'audit' });
    await expect(table.fastForward('audit', { to: 'main' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await table.fastForward('main', { to: 'audit' });
    expect(await idsOf()).toEqual([1, 2]);
    await append(3);
    await append(4, { branch: 'audit' });
    await expect(table.fastForward('main', { to: 'audit' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await expect(table.fastForward('main', { to: 'none' })).rejects.toEqual(refused('REF_NOT_FOUND'));
    await expect(table.fastForward('none', { to: 'main' })).rejects.toEqual(refused('REF_NOT_FOUND'));
  });
});

describe('rollback', () => {
  test('to a time takes the newest snapshot of main from then or before', async () => {
    await append(1);
    const at = now;
    await append(2);
    await append(3);
    await table.rollbackTo({ asOf: new Date(at + 500) });
    expect(await idsOf()).toEqual([1]);
    await expect(table.rollbackTo({ asOf: at - 1 })).rejects.toEqual(refused('SNAPSHOT_NOT_FOUND'));
    await expect(table.rollbackTo({ asOf: 'yesterday' })).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await expect(table.rollbackTo({ snapshotId: 42n })).rejects.toEqual(refused('SNAPSHOT_NOT_FOUND'));
  });

  test('leaves the rows that come next in place', async () => {
    const first = await append(1);
    await append(2);
    await table.rollbackTo({ snapshotId: first.snapshotId! });
    await append(3);
    expect(await idsOf()).toEqual([1, 3]);
  });
});

describe('cherry-pick', () => {
  test('of an append adds its files again and says where they come from', async () => {
    const { table: changed } = await append(1);
    await changed.createBranch('audit');
    const staged = await append(2, { branch: 'audit' });
    await append(3);
    const picked = await table.cherryPick(staged.snapshotId!);
    expect(await idsOf()).toEqual([1, 2, 3]);
    expect(picked.table.currentSnapshot()).toMatchObject({
      operation: 'append',
      summary: { 'source-snapshot-id': String(staged.snapshotId), 'added-records': '1' },
    });
    await expect(table.cherryPick(staged.snapshotId!)).rejects.toEqual(refused('INVALID_ARGUMENT'));
    expect(await idsOf({ ref: 'audit' })).toEqual([1, 2]);
  });

  test('onto a branch, and of an unknown snapshot or branch', async () => {
    const first = await append(1);
    await first.table.createBranch('audit');
    const second = await append(2);
    await table.cherryPick(second.snapshotId!, { branch: 'audit' });
    expect(await idsOf({ ref: 'audit' })).toEqual([1, 2]);
    await expect(table.cherryPick(42n)).rejects.toEqual(refused('SNAPSHOT_NOT_FOUND'));
    await expect(table.cherryPick(second.snapshotId!, { branch: 'none' })).rejects.toEqual(
      refused('REF_NOT_FOUND'),
    );
    await expect(table.publish('none')).rejects.toEqual(refused('SNAPSHOT_NOT_FOUND'));
  });

  test('of rows that were deleted works only where the branch has not moved on', async () => {
    const first = await append(1);
    await first.table.createBranch('audit');
    const transaction = (await table.refresh()).transaction({ branch: 'audit' });
    const deleted = await (
      await transaction.deleteKeys(batchFromRows(table.schema(), [{ id: 1 }]), { key: ['id'] })
    ).commit();
    await append(2);
    await expect(table.cherryPick(deleted.snapshotId!)).rejects.toEqual(refused('INVALID_ARGUMENT'));
    await table.rollbackTo({ snapshotId: first.snapshotId! });
    await table.cherryPick(deleted.snapshotId!);
    expect(await idsOf()).toEqual([]);
  });

  test('of one staged id published by two at once happens once', async () => {
    await append(1);
    await append(2, { stageOnly: true, wapId: 'w' });
    await append(3);
    const results = await Promise.allSettled([table.publish('w'), table.publish('w')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await idsOf()).toEqual([1, 2, 3]);
  });
});
