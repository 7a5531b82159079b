import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { FolderCatalog, MemoryCatalog, MemoryStorage } from '../src/index.js';
import { type CatalogHarness, catalogContract } from '../src/testing/index.js';

const sleep = async (): Promise<void> => undefined;

const harnesses: Record<string, CatalogHarness> = {
  'FolderCatalog on disk': {
    open: async () => new FolderCatalog({ warehouse: await mkdtemp(join(tmpdir(), 'catalog-')), sleep }),
  },
  'FolderCatalog on another storage': {
    open: async () =>
      new FolderCatalog({ warehouse: 'memory://warehouse', storage: new MemoryStorage(), sleep }),
  },
  MemoryCatalog: { open: async () => new MemoryCatalog({ sleep }) },
};

describe.each(Object.entries(harnesses))('%s', (_name, harness) => {
  for (const { name, run } of catalogContract(harness)) test(name, run);
});
