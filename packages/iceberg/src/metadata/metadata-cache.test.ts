import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { MemoryStorage } from '../storage/memory/memory-storage.js';
import { createMetadata } from './create-metadata.js';
import { MetadataCache } from './metadata-cache.js';
import type { TableMetadata } from './table-metadata.js';

const PATH = '/t/metadata/v1.metadata.json';

const metadataOf = (seed: number): TableMetadata =>
  createMetadata({
    schema: { fields: [{ name: 'id', type: 'long' }] },
    location: '/t',
    now: 1,
    uuidBytes: new Uint8Array(16).fill(seed),
  });

test('a document that was written or read is not parsed again', async () => {
  const storage = new MemoryStorage();
  const cache = new MetadataCache();
  const metadata = metadataOf(1);
  await storage.write(PATH, cache.print(PATH, metadata));
  expect(await cache.read(storage, PATH)).toBe(metadata);
  const other = new MetadataCache();
  const parsed = await other.read(storage, PATH);
  expect(parsed).toEqual(metadata);
  expect(await other.read(storage, PATH)).toBe(parsed);
});

test('another table under the same names is seen, although its document is as long', async () => {
  const storage = new MemoryStorage();
  const cache = new MetadataCache();
  await storage.write(PATH, cache.print(PATH, metadataOf(1)));
  await storage.write(PATH, new MetadataCache().print(PATH, metadataOf(2)));
  expect((await cache.read(storage, PATH)).tableUuid).toBe(metadataOf(2).tableUuid);
});

test('what was to be written, but was not, is not taken for what is there', async () => {
  const storage = new MemoryStorage();
  const cache = new MetadataCache();
  await storage.write(PATH, new MetadataCache().print(PATH, metadataOf(2)));
  cache.print(PATH, metadataOf(1));
  expect(await cache.read(storage, PATH)).toEqual(metadataOf(2));
});

test('compressed documents are understood', async () => {
  const storage = new MemoryStorage();
  const cache = new MetadataCache();
  const path = '/t/metadata/v1.gz.metadata.json';
  await storage.write(path, gzipSync(new MetadataCache().print(path, metadataOf(3))));
  expect(await cache.read(storage, path)).toEqual(metadataOf(3));
});
