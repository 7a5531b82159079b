import { beforeEach, describe, expect, test } from 'vitest';
import { batchFromRows, FolderCatalog, IcebergError, type Table } from '../src/index.js';
import { decodeManifestList } from '../src/manifest/manifest-list-codec.js';
import { FaultyStorage } from './support/faulty-storage.js';

const ID = { namespace: 'n', name: 't' };

let storage: FaultyStorage;
let slept: number[];
let catalog: FolderCatalog;
let table: Table;

beforeEach(async () => {
  storage = new FaultyStorage();
  slept = [];
  const sleep = async (milliseconds: number): Promise<void> => void slept.push(milliseconds);
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep, random: () => 0.5 });
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
  storage.written.length = 0;
});

const rows = (...ids: number[]) =>
  batchFromRows(
    table.schema(),
    ids.map((id) => ({ id, note: `n${id}` })),
  );

async function contentOf(found: Table): Promise<Record<string, unknown>> {
  const content: Record<string, unknown> = {};
  let count = 0;
  for await (const row of found.scan().rows()) {
    content[String(row['id'])] = row['note'];
    count++;
  }
  expect(Object.keys(content)).toHaveLength(count);
  return content;
}

const failure = (promise: Promise<unknown>): Promise<IcebergError> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as IcebergError,
  );

async function filesLeft(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list('memory://w')) paths.push(path);
  return paths;
}

describe('three phases', () => {
  test('data files and manifests are written once however often the commit is tried; lists of rejected attempts are deleted', async () => {
    const stale = table;
    let competitors = 0;
    const compete = async (): Promise<void> => {
      const fresh = await catalog.loadTable(ID);
      await fresh.append(rows(100 + competitors));
      if (++competitors < 3) storage.before = compete;
    };
    storage.before = compete;
    const { attempts, table: after } = await stale.append(rows(1));
    expect(attempts).toBe(4);
    const own = after.currentSnapshot()!.manifestList;
    const count = (pattern: RegExp): number => storage.written.filter((path) => pattern.test(path)).length;
    expect(count(/\.parquet$/)).toBe(4);
    expect(count(/-m\.avro$/)).toBe(4);
    const lists = (await filesLeft()).filter((path) => path.includes('/snap-'));
    expect(lists).toHaveLength(4);
    expect(lists).toContain(own);
    expect(slept).toEqual([50, 100, 200]);
    expect(Object.keys(await contentOf(after))).toEqual(['1', '100', '101', '102']);
  });

  test('merged manifests of rejected attempts are deleted once the commit stands', async () => {
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [{ action: 'set-properties', updates: { 'commit.manifest.min-count-to-merge': '2' } }],
    });
    for (const id of [1, 2, 3]) table = (await table.append(rows(id))).table;
    const compete = async (): Promise<void> => void (await (await catalog.loadTable(ID)).append(rows(4)));
    storage.before = compete;
    const { table: after, attempts } = await table.append(rows(5));
    expect(attempts).toBe(2);
    expect(Object.keys(await contentOf(after))).toEqual(['1', '2', '3', '4', '5']);
    const orphans = new Set((await filesLeft()).filter((path) => path.endsWith('-m.avro')));
    for (const snapshot of after.snapshots()) {
      const list = decodeManifestList(await storage.read(snapshot.manifestList), 'list');
      for (const { path } of list) orphans.delete(path);
    }
    expect([...orphans]).toEqual([]);
  });

  test('the check sees the refreshed table at every attempt, and what it throws ends the commit with nothing left behind', async () => {
    const seen: number[] = [];
    const compete = async (): Promise<void> => void (await (await catalog.loadTable(ID)).append(rows(7)));
    storage.before = compete;
    const before = await filesLeft();
    const stop = new Error('the watermark moved');
    const commit = table.append(rows(1), {
      check: (fresh) => {
        seen.push(fresh.snapshots().length);
        if (fresh.snapshots().length > 0) throw stop;
      },
    });
    expect(await failure(commit)).toBe(stop);
    expect(seen).toEqual([0, 1]);
    const competitor = (await catalog.loadTable(ID)).currentSnapshot()!;
    const added = (await filesLeft()).filter((path) => !before.includes(path) && !path.includes('hint'));
    expect(added).toHaveLength(4);
    expect(added).toContain(competitor.manifestList);
  });

  test('conflicts are tried again as often as asked, no more, and then everything staged is deleted', async () => {
    const compete = async (): Promise<void> => {
      await (await catalog.loadTable(ID)).append(rows(9));
      storage.before = compete;
    };
    storage.before = compete;
    const error = await failure(table.append(rows(1), { retries: 2 }));
    expect(error).toMatchObject({ code: 'COMMIT_CONFLICT', retryable: true });
    expect(slept).toHaveLength(2);
    const present = await filesLeft();
    const fresh = await catalog.loadTable(ID);
    expect(present.filter((path) => path.endsWith('.parquet'))).toHaveLength(fresh.snapshots().length);
    expect(present.filter((path) => path.includes('/snap-'))).toHaveLength(fresh.snapshots().length);
  });

  test('nothing to commit commits nothing; emptySnapshot adds a snapshot and carries properties', async () => {
    const nothing = await table.transaction().commit();
    expect(nothing).toMatchObject({ snapshotId: null, sequenceNumber: null, attempts: 0 });
    const empty = await table
      .transaction({
        emptySnapshot: true,
        properties: ({ sequenceNumber }) => ({ at: String(sequenceNumber) }),
      })
      .commit();
    expect(empty.table.currentSnapshot()).toMatchObject({
      operation: 'append',
      snapshotId: empty.snapshotId,
    });
    expect(empty.table.properties['at']).toBe('1');
  });

  test('a transaction is used once, and abort deletes what it wrote', async () => {
    const before = await filesLeft();
    const transaction = table.transaction();
    await transaction.append(rows(1));
    await transaction.abort();
    expect(await filesLeft()).toEqual(before);
    expect(await failure(transaction.commit())).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('an aborted signal ends the commit with nothing left behind', async () => {
    const before = await filesLeft();
    const abort = new AbortController();
    const commit = table.append(rows(1), { signal: abort.signal, check: () => abort.abort() });
    expect(await failure(commit)).toMatchObject({ code: 'ABORTED' });
    expect(await filesLeft()).toEqual(before);
  });
});

describe('lost answers', () => {
  test('a commit that was made though its answer was lost is recognised, once', async () => {
    storage.faults = ['fails after'];
    const { table: after, attempts, snapshotId } = await table.append(rows(1));
    expect([attempts, after.snapshots().length, after.currentSnapshot()?.snapshotId]).toEqual([
      1,
      1,
      snapshotId,
    ]);
    expect(await contentOf(after)).toEqual({ 1: 'n1' });
  });

  test('a commit is recognised as its own where the storage, having tried twice, says that somebody was first', async () => {
    storage.faults = ['denies after'];
    const { table: after, attempts } = await table.append(rows(1));
    expect([attempts, after.snapshots().length, storage.deleted]).toEqual([1, 1, []]);
    expect(await contentOf(after)).toEqual({ 1: 'n1' });
  });

  test('a commit of which nothing can be told is surfaced, and no file is deleted', async () => {
    storage.faults = ['fails before'];
    const error = await failure(table.append(rows(1)));
    const context = { snapshotId: expect.any(BigInt), path: expect.any(String) };
    expect(error).toMatchObject({ code: 'COMMIT_STATE_UNKNOWN', retryable: false, context });
    expect(error.cause).toMatchObject({ message: 'connection reset' });
    expect(storage.deleted).toEqual([]);
    expect(await contentOf(await catalog.loadTable(ID))).toEqual({});
  });

  test('a lost answer is a conflict where the version turns out to be somebody else’s', async () => {
    storage.before = async () => (await catalog.loadTable(ID)).append(rows(2));
    storage.faults = ['none', 'fails after'];
    const { table: after } = await table.append(rows(1));
    expect(await contentOf(after)).toEqual({ 1: 'n1', 2: 'n2' });
    expect(after.snapshots()).toHaveLength(2);
  });
});

describe('validation against what happened meanwhile', () => {
  test('an upsert replaces the row that a concurrent upsert of the same key has just written', async () => {
    const { table: base } = await table.append(rows(1, 2));
    const note = (text: string) =>
      batchFromRows(base.schema(), [
        { id: 1n, note: text },
        { id: 3n, note: text },
      ]);
    await base.upsert(note('first'), { key: ['id'] });
    const { table: after } = await base.upsert(note('second'), { key: ['id'] });
    expect(await contentOf(after)).toEqual({ 1: 'second', 2: 'n2', 3: 'second' });
  });

  test('keys deleted on a stale table delete rows written since', async () => {
    await table.append(rows(1, 2));
    const transaction = table.transaction();
    await transaction.deleteKeys(
      batchFromRows({ schemaId: 0, fields: table.schema().fields.slice(0, 1) }, [{ id: 1n }]),
      { key: ['id'] },
    );
    expect(await contentOf((await transaction.commit()).table)).toEqual({ 2: 'n2' });
  });

  test('positions of a file that is no longer live are a conflict', async () => {
    const { table: first } = await table.append(rows(1));
    const { table: second } = await first.append(rows(2));
    const places = await second.scan({ columns: ['id', '_file', '_pos'] }).toArrow();
    const transaction = second.transaction();
    const deletes = places
      .toArray()
      .filter((row) => row['id'] === 2n)
      .map((row) => ({ file: String(row['_file']), positions: [row['_pos'] as bigint] }));
    await transaction.deletePositions(deletes);
    // Rolled back by an operator: the second file left the table.
    await catalog.commitTable({
      identifier: ID,
      requirements: [],
      updates: [
        {
          action: 'set-snapshot-ref',
          refName: 'main',
          ref: { type: 'branch', snapshotId: first.currentSnapshot()!.snapshotId },
        },
      ],
    });
    expect(await failure(transaction.commit())).toMatchObject({
      code: 'COMMIT_CONFLICT',
      message: expect.stringContaining('no longer live'),
    });
  });

  test('positions outside a file, and files that are not in the table, are refused', async () => {
    const { table: after } = await table.append(rows(1));
    const [task] = await after.scan().planFiles();
    const file = task!.dataFile.file.filePath;
    expect(await failure(after.transaction().deletePositions([{ file, positions: [1] }]))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(await failure(after.transaction().deletePositions([{ file: 'x', positions: [0] }]))).toMatchObject(
      { code: 'COMMIT_CONFLICT' },
    );
  });

  test('columns added by two at once: the same ones agree, different ones conflict', async () => {
    const add = (name: string) =>
      table
        .transaction()
        .addColumns([{ name, type: 'string' }])
        .commit();
    const { table: first } = await add('a');
    expect((await add('a')).table.schema()).toEqual(first.schema());
    expect(await failure(add('b'))).toMatchObject({ code: 'COMMIT_CONFLICT' });
  });

  test('a sequence of changes in one transaction acts in order', async () => {
    const { table: base } = await table.append(rows(1, 2, 3));
    const transaction = base.transaction();
    await transaction.upsert(
      batchFromRows(base.schema(), [
        { id: 1n, note: 'a' },
        { id: 4n, note: 'a' },
      ]),
      { key: ['id'] },
    );
    await transaction.upsert(batchFromRows(base.schema(), [{ id: 4n, note: 'b' }]), { key: ['id'] });
    await transaction.deleteKeys(batchFromRows(base.schema(), [{ id: 2n }]).select(['id']), { key: ['id'] });
    await transaction.append(rows(5));
    const { table: after } = await transaction.commit();
    expect(after.snapshots()).toHaveLength(2);
    expect(await contentOf(after)).toEqual({ 1: 'a', 3: 'n3', 4: 'b', 5: 'n5' });
  });
});

describe('bad input is refused before anything is committed', () => {
  const upsert = (...ids: (bigint | null)[]) => {
    const batch = batchFromRows(
      { schemaId: 0, fields: table.schema().fields.map((field) => ({ ...field, required: false })) },
      ids.map((id) => ({ id })),
    );
    return failure(table.upsert(batch, { key: ['id'] }));
  };

  test('a key that occurs twice, a null key, a key column that is not there', async () => {
    expect(await upsert(1n, 1n)).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await upsert(1n, null)).toMatchObject({ code: 'REQUIRED_VALUE_MISSING' });
    expect(await failure(table.upsert(rows(1), { key: ['nope'] }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
    expect((await filesLeft()).filter((path) => path.endsWith('.parquet'))).toEqual([]);
  });

  test('unknown columns, wrong types, changed types, reserved names', async () => {
    const other = batchFromRows(
      { schemaId: 0, fields: [{ id: 1, name: 'other', required: false, type: 'int' }] },
      [{ other: 1 }],
    );
    expect(await failure(table.append(other))).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    const text = batchFromRows(
      { schemaId: 0, fields: [{ id: 1, name: 'id', required: false, type: 'string' }] },
      [{ id: 'x' }],
    );
    expect(await failure(table.append(text))).toMatchObject({ code: 'TYPE_MISMATCH' });
    expect(() => table.transaction().addColumns([{ name: 'id', type: 'string' }])).toThrow(IcebergError);
    expect(() => table.transaction().addColumns([{ name: '_pos', type: 'string' }])).toThrow(IcebergError);
    expect(() => table.scan({ columns: ['nope'] })).toThrow(IcebergError);
  });
});
