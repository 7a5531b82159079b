import { beforeEach, describe, expect, test } from 'vitest';
import { eq, FolderCatalog, gtEq, MemoryStorage, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
const DAY = 24 * 60 * 60 * 1000;
const FIELDS = [
  { name: 'id', type: 'long', required: true },
  { name: 'note', type: 'string' },
] as const;

/** Lets another process come in between, once, when a file of a kind has been written. */
class InterruptedStorage extends MemoryStorage {
  #interruption: { suffix: string; run: () => Promise<unknown> } | null = null;

  afterWriting(suffix: string, run: () => Promise<unknown>): void {
    this.#interruption = { suffix, run };
  }

  override async write(...[path, ...rest]: Parameters<MemoryStorage['write']>): Promise<void> {
    await super.write(path, ...rest);
    const interruption = this.#interruption;
    if (interruption === null || !path.endsWith(interruption.suffix)) return;
    this.#interruption = null;
    await interruption.run();
  }
}

let now: number;
let storage: InterruptedStorage;
let catalog: FolderCatalog;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  storage = new InterruptedStorage({ now: () => now });
  catalog = new FolderCatalog({
    warehouse: 'memory://w',
    storage,
    now: () => now,
    sleep: async () => undefined,
  });
});

const another = () => catalog.loadTable(ID);
const rows = (...ids: number[]) => ids.map((id) => ({ id, note: 'first' }));

async function created(formatVersion: 2 | 3, ...ids: number[]): Promise<Table> {
  const table = await catalog.createTable(ID, { formatVersion, schema: { fields: FIELDS } });
  return (await table.append(rows(...ids))).table;
}

async function idsOf(table: Table): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of table.scan().rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

describe.each([2, 3] as const)('a rollback that brings deleted rows back, in version %i', (version) => {
  /** Rows 1 to 3, the first deleted; gives the snapshot before that. */
  async function withOneDeleted(): Promise<{ table: Table; before: bigint }> {
    const table = await created(version, 1, 2, 3);
    const before = table.currentSnapshot()!.snapshotId;
    return { table: (await table.delete({ filter: eq('id', 1), mode: 'merge-on-read' })).table, before };
  }

  test.each(['copy-on-write', 'merge-on-read'] as const)('is not undone by an upsert, %s', async (mode) => {
    const { table, before } = await withOneDeleted();
    const transaction = table.transaction();
    await transaction.upsert([{ id: 2, note: 'second' }], { key: ['id'], mode });
    await (await another()).rollbackTo({ snapshotId: before });
    const outcome = await transaction.commit().catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'COMMIT_CONFLICT', retryable: true });
    expect(await idsOf(await another())).toEqual([1, 2, 3]);
  });

  test.each(['snapshot', 'serializable'] as const)('is not undone by a delete, %s', async (isolation) => {
    const { table, before } = await withOneDeleted();
    const transaction = table.transaction({ isolation });
    await transaction.delete({ filter: eq('id', 2), mode: 'copy-on-write' });
    await (await another()).rollbackTo({ snapshotId: before });
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'COMMIT_CONFLICT', retryable: true });
    expect(await idsOf(await another())).toEqual([1, 2, 3]);
  });
});

describe.each(['snapshot', 'serializable'] as const)('a conflict filter, %s', (isolation) => {
  test.each([
    ['part of a file', 'copy-on-write', eq('id', 5)],
    ['part of a file', 'merge-on-read', eq('id', 5)],
    ['a whole file', 'copy-on-write', gtEq('id', 5)],
    ['a whole file', 'merge-on-read', gtEq('id', 5)],
  ] as const)('notices that %s is deleted, %s', async (_what, mode, filter) => {
    const table = await created(2, 5, 6);
    const transaction = table.transaction({ isolation, conflictFilter: eq('id', 5) });
    await transaction.append(rows(9));
    await (await another()).delete({ filter, mode });
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
  });

  test('minds neither deletes of other rows nor files that are rewritten', async () => {
    const table = await created(2, 5, 6);
    const transaction = table.transaction({ isolation, conflictFilter: eq('id', 5) });
    await transaction.append(rows(9));
    const added = await (await another()).append(rows(200, 201));
    const deleted = await added.table.delete({ filter: eq('id', 200), mode: 'copy-on-write' });
    await deleted.table.compact({ rewriteAll: true });
    await transaction.commit();
    expect(await idsOf(await another())).toEqual([5, 6, 9, 201]);
  });
});

describe('row ids of a table that is upgraded', () => {
  const rowIds = async (table: Table): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const row of table.scan({ columns: ['id', '_row_id'] }).rows())
      found.push([Number(row['id']), row['_row_id']]);
    return found.sort();
  };

  test('are those that every other process sees, and stay so when manifests and files are rewritten', async () => {
    let table = (await (await created(2, 1)).append(rows(2))).table;
    await rowIds(table).catch(() => undefined);
    await idsOf(table);
    table = (await (await table.upgradeFormatVersion(3)).table.append(rows(3))).table;
    const fresh = new FolderCatalog({ warehouse: 'memory://w', storage });
    const expected = await rowIds(await fresh.loadTable(ID));
    expect(new Set(expected.map((pair) => (pair as unknown[])[1])).size).toBe(3);
    expect(await rowIds(table)).toEqual(expected);
    table = (await table.rewriteManifests()).table;
    expect(await rowIds(table)).toEqual(expected);
    table = (await table.compact({ rewriteAll: true })).table;
    expect(await rowIds(table)).toEqual(expected);
  });

  test('manifests are rewritten for the version that the table has got meanwhile', async () => {
    const table = (await (await created(2, 1)).append(rows(2))).table;
    storage.afterWriting('.avro', async () => (await another()).upgradeFormatVersion(3));
    await expect(table.rewriteManifests()).rejects.toMatchObject({
      code: 'COMMIT_CONFLICT',
      retryable: true,
    });
    await (await another()).rewriteManifests();
    expect(await idsOf(await another())).toEqual([1, 2]);
  });
});

describe('a staged snapshot', () => {
  test('that expires while it is picked is not picked', async () => {
    const table = await created(2, 1);
    const staged = (await table.append(rows(2), { stageOnly: true })).snapshotId!;
    const moved = (await (await another()).append(rows(3))).table;
    storage.afterWriting('.avro', async () => (await another()).expireSnapshots({ snapshotIds: [staged] }));
    await expect(moved.cherryPick(staged)).rejects.toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await idsOf(await another())).toEqual([1, 3]);
  });

  test('is not picked twice, though the snapshot that tells has expired', async () => {
    const table = await created(2, 1);
    const staged = (await table.append(rows(2), { stageOnly: true })).snapshotId!;
    const moved = (await (await another()).append(rows(3))).table;
    const picked = (await moved.cherryPick(staged)).table;
    const tagged = (await picked.createTag('audit', { snapshotId: staged })).table;
    now += 10 * DAY;
    const last = (await tagged.append(rows(4))).table;
    const expired = (await last.expireSnapshots({ retainLast: 1, olderThan: new Date(now) })).table;
    await expect(expired.cherryPick(staged)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await idsOf(await another())).toEqual([1, 2, 3, 4]);
  });
});
