import { MemoryArchive } from '@lean-ops/ingest';
import { archiveContract } from '@lean-ops/ingest/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lazyArchive } from './lazy-archive.js';

describe('the lazy archive', () => {
  beforeEach(() => vi.stubEnv('LEAN_OPS_ARCHIVE_BUCKET', 'archive'));
  afterEach(() => vi.unstubAllEnvs());

  it('loads nothing before the first message, and then once', async () => {
    let loads = 0;
    const archive = lazyArchive(async () => {
      loads += 1;
      return { openArchive: () => new MemoryArchive() };
    });
    expect(loads).toBe(0);
    await Promise.all([
      archive.get('quarantine/x').catch(() => {}),
      archive.get('quarantine/y').catch(() => {}),
    ]);
    expect(loads).toBe(1);
  });

  it('loads again after it could not be loaded', async () => {
    let loads = 0;
    const memory = new MemoryArchive();
    const archive = lazyArchive(async () => {
      loads += 1;
      if (loads === 1) throw new Error('not now');
      return { openArchive: () => memory };
    });
    const key = 'quarantine/x';
    const both = await Promise.allSettled([archive.get(key), archive.get(key)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(loads).toBe(1);
    await archive.get(key).catch(() => {});
    await archive.get(key).catch(() => {});
    expect(loads).toBe(2);
  });

  const contract = archiveContract({
    create: async () => {
      const memory = new MemoryArchive();
      const open = () => lazyArchive(async () => ({ openArchive: () => memory }));
      return { archive: open(), again: async () => open(), dispose: async () => {} };
    },
  });
  for (const { name, run } of contract) it(name, run);

  it('does not start without a bucket', () => {
    vi.stubEnv('LEAN_OPS_ARCHIVE_BUCKET', '');
    expect(() => lazyArchive()).toThrow(/LEAN_OPS_ARCHIVE_BUCKET is not set/);
  });
});
