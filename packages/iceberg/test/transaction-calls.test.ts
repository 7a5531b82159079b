import { beforeEach, describe, expect, test } from 'vitest';
import { eq, MemoryCatalog, MemoryStorage, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

let storage: MemoryStorage;
let table: Table;

beforeEach(async () => {
  storage = new MemoryStorage();
  table = await new MemoryCatalog({ storage }).createTable(ID, {
    schema: { fields: [{ name: 'id', type: 'long', required: true }] },
  });
});

async function idsOf(found: Table): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of found.scan().rows()) ids.push(Number(row['id']));
  return ids.sort((left, right) => left - right);
}

async function dataFiles(): Promise<number> {
  let files = 0;
  for await (const { path } of storage.list('memory://')) if (path.endsWith('.parquet')) files++;
  return files;
}

describe('calls of a transaction that nobody waits for', () => {
  test('are committed, in the order in which they were made', async () => {
    const transaction = table.transaction();
    void transaction.append([{ id: 1 }, { id: 2 }]);
    void transaction.delete({ filter: eq('id', 1) });
    void transaction.append([{ id: 1 }]);
    void transaction.upsert([{ id: 2 }, { id: 3 }], { key: ['id'] });
    const { table: after } = await transaction.commit();
    expect(await idsOf(after)).toEqual([1, 2, 3]);
  });

  test('fail the commit where one of them fails, and leave no file', async () => {
    const transaction = table.transaction();
    void transaction.append([{ id: 1 }]);
    const wrong = transaction.append([{ id: 'one' }]);
    void transaction.append([{ id: 2 }]);
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'TYPE_MISMATCH' });
    await expect(wrong).rejects.toMatchObject({ code: 'TYPE_MISMATCH' });
    expect(await idsOf(await table.refresh())).toEqual([]);
    expect(await dataFiles()).toBe(0);
  });

  test('that were seen to fail do not keep the others from being committed', async () => {
    const transaction = table.transaction();
    await expect(transaction.append([{ id: 'one' }])).rejects.toMatchObject({ code: 'TYPE_MISMATCH' });
    void transaction.append([{ id: 2 }]);
    expect(await idsOf((await transaction.commit()).table)).toEqual([2]);
  });

  test('are waited for before an abort takes their files away', async () => {
    const transaction = table.transaction();
    void transaction.append([{ id: 1 }]);
    await transaction.abort();
    expect(await dataFiles()).toBe(0);
  });

  test('keep the definition of the table from being changed under them', async () => {
    const transaction = table.transaction();
    const call = transaction.append([{ id: 1 }]);
    expect(() => transaction.addColumns([{ name: 'note', type: 'string' }])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    await call;
    transaction.addColumns([{ name: 'note', type: 'string' }]);
    expect((await transaction.commit()).table.schema().fields).toHaveLength(2);
  });
});

describe('choices that do not exist are refused', () => {
  test.each(['copy_on_write', 'mor', 'equality-deletes', 7])('mode %s of a delete', async (mode) => {
    await table.append([{ id: 1 }]);
    const options = { filter: eq('id', 1), mode: mode as 'merge-on-read' };
    await expect((await table.refresh()).delete(options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('merge-on-read or copy-on-write'),
    });
    expect(await idsOf(await table.refresh())).toEqual([1]);
  });

  test('the mode of an upsert and the strategy of a compaction', async () => {
    await expect(table.upsert([{ id: 1 }], { key: ['id'], mode: 'cow' as 'copy-on-write' })).rejects.toThrow(
      'mode must be merge-on-read, copy-on-write or equality-deletes, not "cow"',
    );
    const { table: filled } = await table.append([{ id: 1 }]);
    await expect(filled.compact({ strategy: 'zorder' as 'sort', rewriteAll: true })).rejects.toThrow(
      'strategy must be bin-pack or sort, not "zorder"',
    );
  });
});

describe('options that do not exist are refused, before anything is done', () => {
  test.each<[string, (table: Table, options: object) => unknown, string]>([
    ['scan', (found, options) => found.scan(options), 'colums'],
    ['expireSnapshots', (found, options) => found.expireSnapshots(options), 'dryrun'],
    ['compact', (found, options) => found.compact(options), 'rewriteall'],
    ['append', (found, options) => found.append([{ id: 1 }], options), 'brnach'],
    ['createTag', (found, options) => found.createTag('t', options), 'maxRefAge'],
  ])('%s', async (operation, call, option) => {
    const attempt = (async () => call(table, { [option]: true }))();
    await expect(attempt).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      context: { operation, option },
      message: expect.stringMatching(/Did you mean "(columns|dryRun|rewriteAll|branch|maxRefAgeMs)"\?/),
    });
    expect((await table.refresh()).metadataLocation).toBe(table.metadataLocation);
  });

  test.each(['id', ['id'], null, 7])('%j in their place', (given) => {
    expect(() => table.scan(given as object)).toThrow('scan takes its options as an object');
  });
});

describe('rows are found by the identifier fields where no key is given', () => {
  test('by upsert and deleteKeys', async () => {
    let { table: found } = await table.setIdentifierFields(['id']);
    found = (await found.append([{ id: 1 }, { id: 2 }])).table;
    found = (await found.upsert([{ id: 2 }, { id: 3 }], {})).table;
    expect(await idsOf(found)).toEqual([1, 2, 3]);
    expect(await idsOf((await found.deleteKeys([{ id: 1 }], {})).table)).toEqual([2, 3]);
  });

  test('and a table without them says what is missing', async () => {
    await expect(table.upsert([{ id: 1 }], {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('identifier fields'),
    });
  });
});

test('an id under which several snapshots were staged publishes none of them', async () => {
  const staged = { stageOnly: true, wapId: 'nightly' };
  const { table: base } = await table.append([{ id: 1 }]);
  const first = await base.append([{ id: 2 }], staged);
  const second = await base.append([{ id: 3 }], staged);
  await expect(base.publish('nightly')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    context: { snapshotIds: [first.snapshotId, second.snapshotId] },
  });
  expect(await idsOf(await base.refresh())).toEqual([1]);
  expect(await idsOf((await base.cherryPick(first.snapshotId!)).table)).toEqual([1, 2]);
});
