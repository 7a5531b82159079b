import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
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
