import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { NewSchema } from '../../schema/schema.js';
import { FolderStorage } from '../../storage/folder/folder-storage.js';
import type { Table } from '../../table/table.js';
import { FolderCatalog } from './folder-catalog.js';

const ID = { namespace: 'n', name: 't' };
const SCHEMA: NewSchema = { fields: [{ name: 'id', type: 'long' }] };

/** Stops before or after the next file that is created exclusively, for as long as `meanwhile` takes. */
class StoppingStorage extends FolderStorage {
  before: (() => Promise<void>) | null = null;
  after: (() => Promise<void>) | null = null;

  override async writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    const { before, after } = this;
    this.before = null;
    this.after = null;
    await before?.();
    const created = await super.writeIfAbsent(path, bytes);
    await after?.();
    return created;
  }
}

let storage: StoppingStorage;
let warehouse: string;
/** As the writer that is stopped has read it, at version 2. */
let ours: Table;
let others: FolderCatalog;

const inMetadata = (name: string): string => join(warehouse, 'n', 't', 'metadata', name);
const versions = async (): Promise<string[]> =>
  (await readdir(inMetadata(''))).filter((name) => name.startsWith('v') && name.endsWith('.json')).sort();
const hint = async (): Promise<string> => readFile(inMetadata('version-hint.text'), 'utf8');
const removeVersions = async (...gone: number[]): Promise<void> => {
  for (const version of gone) await rm(inMetadata(`v${version}.metadata.json`));
};
const idsNow = async (): Promise<bigint[]> => {
  const fresh = await new FolderCatalog({ warehouse }).loadTable(ID);
  const ids: bigint[] = [];
  for await (const row of fresh.scan().rows()) ids.push(row['id'] as bigint);
  return ids.sort();
};
/** Appends ids one by one, as another process. */
const append = async (...ids: number[]): Promise<Table> => {
  let table = await others.loadTable(ID);
  for (const id of ids) ({ table } = await table.append([{ id }]));
  return table;
};

beforeEach(async () => {
  warehouse = await mkdtemp(join(tmpdir(), 'late-'));
  storage = new StoppingStorage();
  others = new FolderCatalog({ warehouse });
  const created = await others.createTable(ID, {
    schema: SCHEMA,
    properties: { 'write.metadata.previous-versions-max': '2' },
  });
  await created.append([{ id: 1 }]);
  ours = await new FolderCatalog({ warehouse, storage, sleep: async () => undefined }).loadTable(ID);
});

test.each([
  { name: 'the hint points beyond', gone: [1, 2, 3, 4], hinted: true },
  { name: 'the next version is left', gone: [1, 2, 3], hinted: true },
  { name: 'the hint is lost', gone: [1, 2, 3, 4], hinted: false },
])(
  'a version created after it had been taken and cleaned up is no commit: $name',
  async ({ gone, hinted }) => {
    let left: string[] = [];
    storage.before = async () => {
      await append(2, 3, 4, 5);
      await removeVersions(...gone);
      if (!hinted) await rm(inMetadata('version-hint.text'));
      left = await versions();
    };
    await expect(ours.append([{ id: 9 }], { retries: 0 })).rejects.toMatchObject({
      code: 'COMMIT_CONFLICT',
      retryable: true,
      context: { version: 3 },
    });
    expect(await versions()).toEqual(left);
    if (hinted) expect(await hint()).toBe('6');
    expect(await idsNow()).toEqual([1n, 2n, 3n, 4n, 5n]);
  },
);

test('a commit that came too late is made again on the newest version', async () => {
  storage.before = async () => {
    await append(2, 3, 4);
    await removeVersions(1, 2, 3);
  };
  const { attempts } = await ours.append([{ id: 9 }]);
  expect(attempts).toBe(2);
  expect(await idsNow()).toEqual([1n, 2n, 3n, 4n, 9n]);
  expect(await hint()).toBe('6');
});

test('a change of nothing but the metadata that came too late is made again', async () => {
  storage.before = async () => {
    await append(2, 3, 4);
    await removeVersions(1, 2, 3);
  };
  await ours.setProperties({ owner: 'me' });
  expect((await others.loadTable(ID)).properties['owner']).toBe('me');
  expect(await idsNow()).toEqual([1n, 2n, 3n, 4n]);
});

test.each<[string, readonly number[]]>([
  ['one commit', [2]],
  ['many commits', [2, 3, 4, 5]],
])('a commit upon which others build before it is answered stands: %s', async (_name, ids) => {
  storage.after = async () => void (await append(...ids));
  const { attempts } = await ours.append([{ id: 9 }]);
  expect(attempts).toBe(1);
  expect(await idsNow()).toEqual([1n, ...ids.map(BigInt), 9n]);
  expect(await hint()).toBe(String(3 + ids.length));
});

test('a change of nothing but the metadata upon which others build stands', async () => {
  storage.after = async () => void (await append(2, 3));
  await ours.setProperties({ owner: 'me' }, { retries: 0 });
  expect((await others.loadTable(ID)).properties['owner']).toBe('me');
  expect(await versions()).toHaveLength(5);
  expect(await hint()).toBe('5');
});

test('a commit that others have built upon, and whose version is cleaned up, stands', async () => {
  storage.after = async () => {
    await append(2, 3, 4, 5);
    await removeVersions(1, 2, 3, 4, 5);
  };
  expect((await ours.append([{ id: 9 }])).attempts).toBe(1);
  expect(await idsNow()).toEqual([1n, 2n, 3n, 4n, 5n, 9n]);
});

test('where later versions have forgotten, the commit is unknown and nothing is deleted', async () => {
  storage.after = async () => {
    const table = await append(2, 3, 4, 5);
    const mine = table.snapshots().find((snapshot) => snapshot.sequenceNumber === 2n)!;
    await table.expireSnapshots({ snapshotIds: [mine.snapshotId] });
    await removeVersions(1, 2, 3, 4, 5);
  };
  await expect(ours.append([{ id: 9 }])).rejects.toMatchObject({
    code: 'COMMIT_STATE_UNKNOWN',
    message: expect.stringContaining('do not tell whether they build on it'),
  });
  expect(await idsNow()).toEqual([1n, 2n, 3n, 4n, 5n, 9n]);
});

test('a version created on a table that was dropped and made anew is no commit', async () => {
  storage.before = async () => {
    await others.dropTable(ID, { purge: true });
    await others.createTable(ID, { schema: SCHEMA });
    await append(7, 8, 9);
    await removeVersions(1, 2, 3);
  };
  await expect(ours.append([{ id: 1 }])).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
  expect(await versions()).toEqual(['v4.metadata.json']);
  expect(await idsNow()).toEqual([7n, 8n, 9n]);
});

test('a hint that points beyond every version is put right', async () => {
  await writeFile(inMetadata('version-hint.text'), '17');
  await ours.append([{ id: 2 }]);
  expect(await hint()).toBe('3');
  expect(await idsNow()).toEqual([1n, 2n]);
});

test('where it cannot be looked up whether a version came in time, the commit is unknown', async () => {
  storage.after = async () => {
    await append(2);
    await appendFile(inMetadata('v4.metadata.json'), '}');
  };
  await expect(ours.append([{ id: 9 }])).rejects.toMatchObject({ code: 'COMMIT_STATE_UNKNOWN' });
  expect(await versions()).toHaveLength(4);
});
