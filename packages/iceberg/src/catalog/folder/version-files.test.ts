import { gzipSync } from 'node:zlib';
import { beforeEach, expect, test } from 'vitest';
import { MemoryStorage } from '../../storage/memory/memory-storage.js';
import { findNewestVersion, hintFile, versionFile } from './version-files.js';

const ROOT = 'memory://w/n/t';
let storage: MemoryStorage;

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const publish = (version: number): Promise<boolean> =>
  storage.writeIfAbsent(versionFile(ROOT, version), text('{}'));

beforeEach(async () => {
  storage = new MemoryStorage();
  for (const version of [1, 2, 3]) await publish(version);
});

test.each([
  ['absent', null],
  ['right', '3'],
  ['behind', '1'],
  ['ahead of every version', '17'],
  ['no number', 'three'],
  ['empty', ''],
  ['negative', '-1'],
])('the newest version is found with a hint that is %s', async (_name, hint) => {
  if (hint !== null) await storage.write(hintFile(ROOT), text(hint));
  expect(await findNewestVersion(storage, ROOT)).toEqual({ version: 3, path: versionFile(ROOT, 3) });
});

test('old versions may have been deleted', async () => {
  await storage.delete([versionFile(ROOT, 1), versionFile(ROOT, 2)]);
  expect(await findNewestVersion(storage, ROOT)).toEqual({ version: 3, path: versionFile(ROOT, 3) });
});

test('files of other names are no versions', async () => {
  await storage.write(`${ROOT}/metadata/v99.metadata.json.1234.tmp`, text('{}'));
  await storage.write(`${ROOT}/metadata/00100-uuid.metadata.json`, text('{}'));
  expect(await findNewestVersion(storage, ROOT)).toEqual({ version: 3, path: versionFile(ROOT, 3) });
});

test('a folder without a table has no version', async () => {
  expect(await findNewestVersion(storage, 'memory://w/n/other')).toBeNull();
});

test.each([null, '3', '4'])('a version that another writer compressed counts (hint %s)', async (hint) => {
  const path = `${ROOT}/metadata/v4.gz.metadata.json`;
  await storage.write(path, gzipSync('{}'));
  if (hint !== null) await storage.write(hintFile(ROOT), text(hint));
  expect(await findNewestVersion(storage, ROOT)).toEqual({ version: 4, path });
  await publish(5);
  expect(await findNewestVersion(storage, ROOT)).toMatchObject({ version: 5 });
});
