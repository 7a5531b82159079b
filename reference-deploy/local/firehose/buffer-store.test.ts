import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueueDatabase } from '../database.js';
import { BufferStore } from './buffer-store.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe('BufferStore', () => {
  let folder: string;
  let database: DatabaseSync;
  let buffer: BufferStore;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-ops-buffer-'));
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    buffer = new BufferStore(database, 1);
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (...texts: string[]): void =>
    buffer.put(
      texts.map((value) => ({ topic: 'orders', bytes: bytes(value) })),
      100,
    );
  const claim = (overrides = {}) =>
    buffer.claim({ maxRecords: 10, maxBytes: 1_000, nowMs: 200, claimMs: 50, ...overrides });

  it('counts what waits, in records and bytes, with the age of the oldest', () => {
    expect(buffer.depth()).toEqual({ records: 0, bytes: 0, oldestMs: null });
    put('abc', 'de');
    expect(buffer.depth()).toEqual({ records: 2, bytes: 5, oldestMs: 100 });
  });

  it('gives the oldest records first, up to the limit of records', () => {
    put('a', 'b', 'c');
    expect(claim({ maxRecords: 2 }).map((record) => text(record.data))).toEqual(['a', 'b']);
    expect(buffer.depth().records).toBe(1);
  });

  it('stops at the limit of bytes but always gives one record', () => {
    put('aaaa', 'bbbb', 'c');
    expect(claim({ maxBytes: 7 }).map((record) => text(record.data))).toEqual(['aaaa']);
    expect(claim({ maxBytes: 1 }).map((record) => text(record.data))).toEqual(['bbbb']);
  });

  it('gives a claimed record to nobody else until it is released or the claim ends', () => {
    put('a');
    const claimed = claim();
    expect(claim()).toEqual([]);
    expect(buffer.claimed()).toEqual({ records: 1, until: 250 });
    buffer.release(claimed);
    expect(claim()).toHaveLength(1);
    expect(claim({ nowMs: 249 })).toHaveLength(0);
    expect(claim({ nowMs: 250 })).toHaveLength(1);
  });

  it('forgets a record only when it is removed', () => {
    put('a', 'b');
    const [first] = claim();
    buffer.remove([first!]);
    database.close();
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    buffer = new BufferStore(database, 2);
    expect([...buffer.pending('orders')].map(text)).toEqual(['b']);
    expect(claim({ nowMs: 1_000 }).map((record) => text(record.data))).toEqual(['b']);
  });
});
