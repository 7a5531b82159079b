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
