import { beforeEach, describe, expect, test } from 'vitest';
import {
  type CompactProgress,
  eq,
  FolderCatalog,
  type IcebergError,
  type NewField,
  type Table,
  type TableUpdate,
} from '../src/index.js';
import { FaultyStorage } from './support/faulty-storage.js';

const ID = { namespace: 'n', name: 't' };
const FIELDS: readonly NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'part', type: 'int' },
  { name: 'note', type: 'string' },
];

let storage: FaultyStorage;
let catalog: FolderCatalog;
let table: Table;

beforeEach(() => {
  storage = new FaultyStorage();
  catalog = new FolderCatalog({ warehouse: 'memory://w', storage, sleep: async () => undefined });
});

interface Setting {
  formatVersion?: 2 | 3;
  partitionBy?: string[];
  sortBy?: string[];
  properties?: Record<string, string>;
}

async function create(setting: Setting = {}): Promise<void> {
  table = await catalog.createTable(ID, { schema: { fields: FIELDS }, ...setting });
}

const rowOf = (id: number) => ({ id: BigInt(id), part: id % 2, note: `n${id}` });

async function append(...ids: number[]): Promise<void> {
  table = (await (await catalog.loadTable(ID)).append(ids.map(rowOf))).table;
}

async function upsert(id: number, note: string): Promise<void> {
  table = (await (await catalog.loadTable(ID)).upsert([{ ...rowOf(id), note }], { key: ['id'] })).table;
}

async function remove(
  id: number,
  mode: 'merge-on-read' | 'equality-deletes' = 'merge-on-read',
): Promise<void> {
  const fresh = await catalog.loadTable(ID);
  table = (await fresh.deleteKeys([{ id: BigInt(id) }], { key: ['id'], mode })).table;
}

async function rowsOf(of: Table, columns?: string[]): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of of.scan(columns === undefined ? {} : { columns }).rows()) rows.push(row);
  return rows.sort((left, right) => Number((left['id'] as bigint) - (right['id'] as bigint)));
}

async function evolve(...updates: TableUpdate[]): Promise<void> {
  await catalog.commitTable({ identifier: ID, requirements: [], updates });
  table = await catalog.loadTable(ID);
}

const LINEAGE = ['id', 'note', '_row_id', '_last_updated_sequence_number'];

const filesOf = (of: Table) => of.scan().planFiles();

async function listed(): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list('memory://w')) paths.push(path);
  return paths.sort();
}

const failure = (promise: Promise<unknown>): Promise<IcebergError> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: unknown) => error as IcebergError,
  );

describe('bin-pack', () => {
  test.each([2, 3] as const)(
    'puts small files together, applies their deletes and removes them (version %i)',
    async (formatVersion) => {
      await create({ formatVersion });
      for (const ids of [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
        [9, 10],
      ])
        await append(...ids);
      await upsert(3, 'new');
      await remove(6);
      await remove(9, 'equality-deletes');
      const columns = formatVersion === 3 ? LINEAGE : undefined;
      const before = await rowsOf(table, columns);
      expect(before).toHaveLength(8);
      const result = await table.compact();
      expect(await rowsOf(result.table, columns)).toEqual(before);
      expect(result).toMatchObject({ rewrittenFiles: 6, addedFiles: 1, failedGroups: [] });
      const files = await filesOf(result.table);
      expect(files).toHaveLength(1);
      expect(files[0]!.deleteFiles).toEqual([]);
      const { summary, operation } = result.table.currentSnapshot()!;
      expect(operation).toBe('replace');
      expect(summary).toMatchObject({
        'total-records': '8',
        'total-data-files': '1',
        'total-delete-files': '0',
        'total-position-deletes': '0',
        'total-equality-deletes': '0',
      });
      expect(result.removedDeleteFiles).toBe(3);
      // There is nothing left to do.
      const again = await result.table.compact();
      expect(again).toMatchObject({ rewrittenFiles: 0, commits: 0 });
      // And the table goes on as before.
      table = again.table;
      await upsert(3, 'newer');
      await remove(1, 'equality-deletes');
      expect((await rowsOf(table)).map((row) => row['note'])).toEqual([
        'n2',
        'newer',
        'n4',
        'n5',
        'n7',
        'n8',
        'n10',
      ]);
    },
  );

  test('goes by partition, and brings files of an older spec into the current one', async () => {
    await create();
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const field = { sourceId: 2, fieldId: 1000, name: 'part', transform: 'identity' };
    await evolve(
      { action: 'add-spec', spec: { specId: 1, fields: [field] } },
      { action: 'set-default-spec', specId: -1 },
    );
    for (const ids of [
      [5, 6],
      [7, 8],
    ])
      await append(...ids);
    const before = await rowsOf(table);
    const { table: after, rewrittenFiles } = await table.compact({ minInputFiles: 2 });
    expect(rewrittenFiles).toBe(6);
    expect(await rowsOf(after)).toEqual(before);
    const files = (await filesOf(after)).map(({ dataFile: { file } }) => [
      file.specId,
      file.partition,
      file.recordCount,
    ]);
    expect(files.sort()).toEqual([
      [1, [0], 2n],
      [1, [0], 2n],
      [1, [1], 2n],
      [1, [1], 2n],
    ]);
  });

  test('a file that is too large is cut into files of the target size, and they are left alone then', async () => {
    await create();
    // Texts that hardly compress.
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ ...rowOf(id), note: String(Math.random()) }));
    table = (await table.append(rows)).table;
    const bytes = Number((await filesOf(table))[0]!.dataFile.file.fileSizeInBytes);
    const options = { targetFileBytes: Math.ceil(bytes / 4) };
    const { table: after, addedFiles } = await table.compact(options);
    expect(addedFiles).toBeGreaterThan(2);
    expect(addedFiles).toBeLessThan(6);
    const notes = new Set<unknown>();
    for await (const row of after.scan().rows()) notes.add(row['note']);
    expect(notes).toEqual(new Set(rows.map((row) => row.note)));
    expect(await after.compact(options)).toMatchObject({ rewrittenFiles: 0 });
  });

  test('leaves alone what is not worth the work', async () => {
    await create();
    for (const id of [1, 2, 3, 4]) await append(id);
    expect(await table.compact()).toMatchObject({ rewrittenFiles: 0, commits: 0 });
    expect(await table.compact({ minInputFiles: 4 })).toMatchObject({ rewrittenFiles: 4, addedFiles: 1 });
  });

  test('chooses a file of which many rows are deleted, though the delete file is of many', async () => {
    await create({ partitionBy: ['part'] });
    await append(...Array.from({ length: 20 }, (_, index) => index * 2));
    await append(100, 102, 104, 106);
    const batch = [100, 102, 0].map((id) => ({ id: BigInt(id) }));
    table = (await table.deleteKeys(batch, { key: ['id'] })).table;
    expect((await filesOf(table)).map(({ deleteFiles }) => deleteFiles.length)).toEqual([1, 1]);
    const result = await table.compact({ minFileBytes: 0 });
    expect(result).toMatchObject({ rewrittenFiles: 1, addedFiles: 1, removedDeleteFiles: 0 });
    // The other file still needs the delete file.
    expect(await rowsOf(result.table)).toHaveLength(21);
    const all = await result.table.compact({ minFileBytes: 0, deleteFileThreshold: 1 });
    expect(all).toMatchObject({ rewrittenFiles: 1, removedDeleteFiles: 1 });
    expect(await rowsOf(all.table)).toHaveLength(21);
  });

  test('removes files of which every row is deleted', async () => {
    await create();
    await append(1);
    await append(2);
    await remove(1);
    const { table: after, addedFiles, rewrittenFiles } = await table.compact({ minFileBytes: 0 });
    expect({ rewrittenFiles, addedFiles }).toEqual({ rewrittenFiles: 1, addedFiles: 0 });
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([2n]);
  });

  test('rewrites only files that may match a filter, as a whole', async () => {
    await create({ partitionBy: ['part'] });
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    await remove(3);
    const { rewrittenFiles, table: after } = await table.compact({ filter: eq('part', 1), rewriteAll: true });
    expect(rewrittenFiles).toBe(2);
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 4n]);
  });

  test('columns that were added, dropped and renamed since come out as the table has them', async () => {
    await create({ formatVersion: 3 });
    await append(1, 2);
    const [id, part] = table.schema().fields;
    const more = { id: 4, name: 'more', type: 'string', required: false, initialDefault: 'old' } as const;
    await evolve(
      {
        action: 'add-schema',
        schema: { schemaId: 1, fields: [id!, { ...part!, name: 'half' }, more] },
        lastColumnId: 4,
      },
      { action: 'set-current-schema', schemaId: -1 },
    );
    table = (await table.append([{ id: 3n, half: 1, more: 'x' }])).table;
    const before = await rowsOf(table, ['id', 'half', 'more', '_row_id']);
    const { table: after } = await table.compact({ rewriteAll: true });
    expect(await filesOf(after)).toHaveLength(1);
    expect(await rowsOf(after, ['id', 'half', 'more', '_row_id'])).toEqual(before);
  });

  test('row ids and sequence numbers of last changes survive any number of compactions', async () => {
    await create({ formatVersion: 3 });
    await append(1, 2, 3);
    await append(4, 5);
    await upsert(2, 'changed');
    const first = await table.compact({ rewriteAll: true });
    expect(await rowsOf(first.table, LINEAGE)).toEqual(await rowsOf(table, LINEAGE));
    table = first.table;
    await append(6);
    const before = await rowsOf(table, LINEAGE);
    const second = await table.compact({ rewriteAll: true });
    expect(await rowsOf(second.table, LINEAGE)).toEqual(before);
    expect(new Set(before.map((row) => row['_row_id'])).size).toBe(6);
  });

  test('a branch is compacted without main', async () => {
    await create();
    await append(1);
    table = (await table.createBranch('side')).table;
    table = (await table.append([rowOf(2)], { branch: 'side' })).table;
    const { table: after } = await table.compact({ branch: 'side', rewriteAll: true });
    expect(await after.scan({ ref: 'side' }).planFiles()).toHaveLength(1);
    expect(after.currentSnapshot()).toEqual(table.currentSnapshot());
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n]);
  });

  test('options that contradict each other are refused', async () => {
    await create();
    for (const options of [
      { targetFileBytes: 10, minFileBytes: 20 },
      { targetFileBytes: 0 },
      { maxCommits: Number.NaN },
      { sortBy: ['id'] },
      { strategy: 'sort' as const },
    ])
      expect((await failure(table.compact(options))).code).toBe('INVALID_ARGUMENT');
    expect(await table.compact()).toMatchObject({ commits: 0 });
  });
});

describe('sort', () => {
  test('sorts the rows of a group, and says so where the table has the order', async () => {
    await create({ sortBy: ['note desc nulls first', 'id'] });
    for (const ids of [[5, 3], [1, 4], [2]]) await append(...ids);
    table = (await table.append([{ id: 9n }, { id: 8n }])).table;
    const { table: after } = await table.compact({ strategy: 'sort', rewriteAll: true });
    const ids: unknown[] = [];
    for await (const row of after.scan().rows()) ids.push(row['id']);
    expect(ids).toEqual([8n, 9n, 5n, 4n, 3n, 2n, 1n]);
    expect((await filesOf(after))[0]!.dataFile.file.sortOrderId).toBe(1);
    const other = await after.compact({ strategy: 'sort', sortBy: ['part', 'id desc'], rewriteAll: true });
    expect((await filesOf(other.table))[0]!.dataFile.file.sortOrderId).toBe(0);
    const rows: unknown[] = [];
    for await (const row of other.table.scan({ columns: ['part', 'id'] }).rows())
      rows.push(Object.values(row));
    expect(rows).toEqual([
      [null, 9n],
      [null, 8n],
      [0, 4n],
      [0, 2n],
      [1, 5n],
      [1, 3n],
      [1, 1n],
    ]);
  });

  test('keeps lineage with its row', async () => {
    await create({ formatVersion: 3, partitionBy: ['part'] });
    for (const ids of [
      [5, 3, 2],
      [1, 4],
    ])
      await append(...ids);
    await upsert(3, 'changed');
    const before = await rowsOf(table, LINEAGE);
    const { table: after } = await table.compact({ strategy: 'sort', sortBy: ['id desc'], rewriteAll: true });
    expect(await rowsOf(after, LINEAGE)).toEqual(before);
  });
});

describe('while others commit', () => {
  test('what they append stays, what they delete by key stays deleted', async () => {
    await create();
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const stale = table;
    storage.before = async () => {
      await append(5);
      await remove(1, 'equality-deletes');
    };
    storage.written.length = 0;
    const { table: after, commits } = await stale.compact({ rewriteAll: true, removeDanglingDeletes: false });
    expect(commits).toBe(1);
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([2n, 3n, 4n, 5n]);
    // The files were written once: an equality delete that comes later applies to them as well.
    expect(storage.written.filter((path) => /data\/.*\.parquet$/.test(path))).toHaveLength(3);
  });

  test.each([2, 3] as const)(
    'rows they delete by position stay deleted: the group is written anew (version %i)',
    async (formatVersion) => {
      await create({ formatVersion });
      for (const ids of [
        [1, 2],
        [3, 4],
      ])
        await append(...ids);
      const stale = table;
      storage.before = () => remove(3);
      const before = await listed();
      const { table: after } = await stale.compact({ rewriteAll: true });
      expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 4n]);
      const files = await filesOf(after);
      expect(files).toHaveLength(1);
      expect(files[0]!.deleteFiles).toEqual([]);
      // Nothing is left of the first try.
      const data = (await listed()).filter((path) => path.includes('/data/') && !before.includes(path));
      expect(data).toHaveLength(2);
    },
  );

  test('files that another compaction has replaced are its business', async () => {
    await create();
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const stale = table;
    storage.before = async () => void (await (await catalog.loadTable(ID)).compact({ rewriteAll: true }));
    const { table: after, commits } = await stale.compact({ rewriteAll: true });
    expect(commits).toBe(0);
    expect(await filesOf(after)).toHaveLength(1);
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 3n, 4n]);
  });

  test('rows that a rollback brings back stay', async () => {
    await create();
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const old = table.currentSnapshot()!.snapshotId;
    await remove(1);
    const stale = table;
    storage.before = async () => void (await (await catalog.loadTable(ID)).rollbackTo({ snapshotId: old }));
    const { table: after } = await stale.compact({ rewriteAll: true });
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 3n, 4n]);
  });

  test('with partial progress, deletes between two commits are seen', async () => {
    await create({ partitionBy: ['id'] });
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const stale = table;
    let commits = 0;
    const publish = storage.inner.writeIfAbsent.bind(storage.inner);
    storage.inner.writeIfAbsent = async (path, bytes) => {
      const created = await publish(path, bytes);
      if (created && ++commits === 1) await remove(4);
      return created;
    };
    const { table: after } = await stale.compact({ rewriteAll: true, partialProgress: true, maxCommits: 4 });
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 3n]);
  });

  test('nothing is deleted where the answer of the commit is lost for good', async () => {
    await create();
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    storage.faults = ['fails before'];
    const error = await failure(table.compact({ rewriteAll: true, partialProgress: true }));
    expect(error.code).toBe('COMMIT_STATE_UNKNOWN');
    expect(storage.deleted).toEqual([]);
    storage.faults = ['fails after'];
    const { table: after, commits } = await table.compact({ rewriteAll: true });
    expect(commits).toBe(1);
    expect((await rowsOf(after)).map((row) => row['id'])).toEqual([1n, 2n, 3n, 4n]);
  });
});

describe('failures', () => {
  async function damaged(): Promise<string> {
    await create({ partitionBy: ['part'] });
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const [path] = (await filesOf(table))
      .map(({ dataFile }) => dataFile.file)
      .filter((file) => file.partition[0] === 1)
      .map((file) => file.filePath);
    await storage.write(path!, new Uint8Array(100));
    return path!;
  }

  test('one damaged file stops the work, and nothing is left of it', async () => {
    await damaged();
    const before = await listed();
    const error = await failure(table.compact({ rewriteAll: true }));
    expect(error.code).toBe('CORRUPT_FILE');
    expect(await listed()).toEqual(before);
  });

  test('with partial progress the other groups are compacted, and its group is reported', async () => {
    const path = await damaged();
    const seen: CompactProgress[] = [];
    const result = await table.compact({
      rewriteAll: true,
      partialProgress: true,
      onProgress: (progress) => void seen.push(progress),
    });
    expect(result).toMatchObject({ rewrittenFiles: 2, addedFiles: 1, commits: 1 });
    expect(result.failedGroups).toHaveLength(1);
    expect(result.failedGroups[0]!.files).toContain(path);
    expect(result.failedGroups[0]!.error).toMatchObject({ code: 'CORRUPT_FILE' });
    expect(seen.map(({ groupsDone, groups }) => `${groupsDone}/${groups}`)).toEqual(['1/2', '2/2']);
    expect(seen[1]!.bytesDone).toBe(seen[1]!.bytes);
    const ids: unknown[] = [];
    for await (const row of result.table.scan({ filter: eq('part', 0) }).rows()) ids.push(row['id']);
    expect(ids.sort()).toEqual([2n, 4n]);
  });

  test('an abort ends it, and what was committed stands', async () => {
    await create({ partitionBy: ['id'] });
    for (const ids of [
      [1, 2],
      [3, 4],
    ])
      await append(...ids);
    const controller = new AbortController();
    const before = await listed();
    const options = { rewriteAll: true, signal: controller.signal };
    const stop = ({ groupsDone }: CompactProgress): void => {
      if (groupsDone === 2) controller.abort();
    };
    expect((await failure(table.compact({ ...options, onProgress: stop }))).code).toBe('ABORTED');
    expect(await listed()).toEqual(before);
    expect((await rowsOf(await catalog.loadTable(ID))).map((row) => row['id'])).toEqual([1n, 2n, 3n, 4n]);
  });
});
