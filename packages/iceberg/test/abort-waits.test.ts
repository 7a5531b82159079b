import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  eq,
  FolderCatalog,
  IcebergError,
  MemoryCatalog,
  MemoryStorage,
  type PlainRow,
  type Transaction,
} from '../src/index.js';
import { HangingStorage } from './support/hanging-storage.js';

const ID = { namespace: 'raw', name: 'orders' };
const SCHEMA = {
  fields: [{ name: 'id', type: 'long', required: true }],
  identifierFields: ['id'],
} as const;
const never = new Promise<never>(() => undefined);
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function namesBelow(storage: MemoryStorage): Promise<string[]> {
  const found: string[] = [];
  for await (const { path } of storage.list('memory://')) found.push(path);
  return found.sort();
}

/** Gives some rows, and then nothing more for ever. */
function stalled(count: number, closed: () => void): AsyncIterable<PlainRow> {
  let given = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => (given < count ? Promise.resolve({ done: false, value: { id: given++ } }) : never),
      return: async () => {
        closed();
        return { done: true, value: undefined };
      },
    }),
  };
}

const WITH_ROWS: Record<
  string,
  (transaction: Transaction, rows: AsyncIterable<PlainRow>) => Promise<unknown>
> = {
  append: (transaction, rows) => transaction.append(rows),
  upsert: (transaction, rows) => transaction.upsert(rows, { key: ['id'] }),
  deleteKeys: (transaction, rows) => transaction.deleteKeys(rows, { key: ['id'] }),
  overwrite: (transaction, rows) => transaction.overwrite(rows, { filter: eq('id', 1) }),
  appendEncoded: (transaction, rows) => transaction.appendEncoded(rows as never),
};

test.each(Object.entries(WITH_ROWS))('%s does not wait for rows that never come', async (name, write) => {
  const storage = new MemoryStorage();
  const table = await new MemoryCatalog({ storage }).createTable(ID, { schema: SCHEMA });
  const before = await namesBelow(storage);
  const controller = new AbortController();
  const transaction = table.transaction({ signal: controller.signal });
  let closed = 0;
  const rows = stalled(name === 'appendEncoded' ? 0 : 20_000, () => closed++);
  const work = write(transaction, rows);
  await macrotask();
  controller.abort();
  await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
  await transaction.abort();
  expect(closed).toBe(1);
  expect(await namesBelow(storage)).toEqual(before);
});

test('a commit does not wait for a call that nobody waited for and that never ends', async () => {
  const table = await new MemoryCatalog().createTable(ID, { schema: SCHEMA });
  const controller = new AbortController();
  const transaction = table.transaction({ signal: controller.signal });
  transaction.append(stalled(1, () => undefined)).catch(() => undefined);
  const commit = transaction.commit();
  await macrotask();
  controller.abort();
  await expect(commit).rejects.toMatchObject({ code: 'ABORTED' });
});

test('the pause before another attempt ends with the signal, whatever the clock does', async () => {
  const storage = new MemoryStorage();
  const controller = new AbortController();
  const catalog = new MemoryCatalog({
    storage,
    sleep: (milliseconds) => {
      if (milliseconds < 2000) controller.abort();
      return milliseconds < 2000 ? never : macrotask();
    },
  });
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const before = await namesBelow(storage);
  catalog.commitTable = () =>
    Promise.reject(new IcebergError('Another was first.', { code: 'COMMIT_CONFLICT', retryable: true }));
  const work = table.append([{ id: 1 }], { signal: controller.signal });
  await expect(work).rejects.toMatchObject({ code: 'ABORTED' });
  expect(await namesBelow(storage)).toEqual(before);
});

test('a catalog that ignores the signal is not waited for: the commit may have been made, its snapshot is named', async () => {
  const storage = new MemoryStorage();
  const catalog = new MemoryCatalog({ storage });
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const controller = new AbortController();
  const commitTable = catalog.commitTable.bind(catalog);
  let finish: () => void = () => undefined;
  const wanted = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let made: Promise<unknown> = never;
  catalog.commitTable = (commit) => {
    made = wanted.then(() => commitTable(commit));
    controller.abort(new Error('enough'));
    return made as never;
  };
  const error: unknown = await table
    .append([{ id: 1 }], { signal: controller.signal })
    .catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    code: 'COMMIT_STATE_UNKNOWN',
    retryable: false,
    cause: { code: 'ABORTED', cause: { message: 'enough' } },
    context: { snapshotId: expect.any(BigInt) },
  });
  finish();
  await made;
  const fresh = await catalog.loadTable(ID);
  expect(fresh.currentSnapshot()?.snapshotId).toBe((error as IcebergError).context['snapshotId']);
  expect(await fresh.scan().count()).toBe(1);
});

/** Writes as a storage does that takes its time, and does not look at signals. */
class SlowStorage extends MemoryStorage {
  go: () => void = () => undefined;
  onWrite: () => void = () => undefined;

  override async write(path: string, bytes: Uint8Array): Promise<void> {
    if (path.endsWith('.parquet')) {
      await new Promise<void>((resolve) => {
        this.go = resolve;
        this.onWrite();
      });
    }
    await super.write(path, bytes);
  }
}

test('a file that arrives after its append was aborted is deleted when it does', async () => {
  const storage = new SlowStorage();
  const catalog = new MemoryCatalog({ storage, sleep: macrotask });
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const before = await namesBelow(storage);
  const controller = new AbortController();
  storage.onWrite = () => controller.abort();
  await expect(table.append([{ id: 1 }], { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  storage.go();
  await macrotask();
  await macrotask();
  expect(await namesBelow(storage)).toEqual(before);
});

test('clean-up that hangs is waited for two seconds after an abort, and not at all longer', async () => {
  const storage = new HangingStorage();
  const slept: number[] = [];
  const catalog = new FolderCatalog({
    warehouse: 'memory://w',
    storage,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  });
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const controller = new AbortController();
  storage.delete = () => never;
  const write = storage.write.bind(storage);
  storage.write = async (path, bytes) => {
    await write(path, bytes);
    if (path.endsWith('.avro')) controller.abort();
  };
  await expect(table.append([{ id: 1 }], { signal: controller.signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect(slept).toEqual([2000]);
});

test('a commit that stands is told of, although the signal fires while it is cleaned up behind', async () => {
  const storage = new MemoryStorage();
  const catalog = new MemoryCatalog({ storage, sleep: macrotask });
  const table = await catalog.createTable(ID, { schema: SCHEMA });
  const controller = new AbortController();
  const transaction = table.transaction({ signal: controller.signal });
  await transaction.append([{ id: 1 }]);
  // Rewritten files of its own are what a commit leaves over.
  await transaction.upsert([{ id: 1 }], { key: ['id'], mode: 'copy-on-write' });
  storage.delete = () => {
    controller.abort();
    return never;
  };
  const { table: after } = await transaction.commit();
  expect(controller.signal.aborted).toBe(true);
  expect(await after.scan().count()).toBe(1);
});

test('on a disk, an append that is aborted in the middle leaves no file behind', async () => {
  const warehouse = await mkdtemp(join(tmpdir(), 'abort-'));
  const table = await new FolderCatalog({ warehouse }).createTable(ID, { schema: SCHEMA });
  const before = (await readdir(warehouse, { recursive: true })).filter((name) => name.includes('.'));
  const controller = new AbortController();
  async function* rows(): AsyncGenerator<PlainRow> {
    for (let id = 0; id < 50_000; id++) {
      if (id === 40_000) controller.abort();
      yield { id };
    }
  }
  const options = { signal: controller.signal };
  await table.setProperties({ 'write.target-file-size-bytes': '10000' });
  const small = await table.refresh();
  const kept = (await readdir(warehouse, { recursive: true })).filter((name) => name.includes('.'));
  expect(kept.length).toBeGreaterThan(before.length);
  await expect(small.append(rows(), options)).rejects.toMatchObject({ code: 'ABORTED' });
  expect((await readdir(warehouse, { recursive: true })).filter((name) => name.includes('.'))).toEqual(kept);
});
