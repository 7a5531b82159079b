import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FolderStorage, MemoryStorage } from '../src/index.js';
import { type StorageHarness, storageContract } from '../src/testing/index.js';

const harnesses: Record<string, StorageHarness> = {
  FolderStorage: {
    open: async () => ({ storage: new FolderStorage(), root: await mkdtemp(join(tmpdir(), 'storage-')) }),
  },
  MemoryStorage: { open: async () => ({ storage: new MemoryStorage(), root: 'memory://place' }) },
};

describe.each(Object.entries(harnesses))('%s', (_name, harness) => {
  for (const { name, run } of storageContract(harness)) test(name, run);
});

test('a folder lists links to files, but no link to a folder, to nothing or to itself', async () => {
  const root = await mkdtemp(join(tmpdir(), 'storage-'));
  await mkdir(join(root, 'place'));
  await writeFile(join(root, 'place', 'real'), 'data');
  await mkdir(join(root, 'listed'));
  await symlink(join(root, 'place', 'real'), join(root, 'listed', 'file'));
  await symlink(join(root, 'place'), join(root, 'listed', 'folder'));
  await symlink(join(root, 'listed'), join(root, 'listed', 'above'));
  await symlink(join(root, 'nowhere'), join(root, 'listed', 'nothing'));
  await symlink(join(root, 'listed', 'itself'), join(root, 'listed', 'itself'));
  const found: [string, number][] = [];
  for await (const { path, size } of new FolderStorage().list(join(root, 'listed'))) found.push([path, size]);
  expect(found).toEqual([[join(root, 'listed', 'file'), 4]]);
});
