import { describe, expect, test } from 'vitest';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { Snapshot, SnapshotRef } from '../snapshot/snapshot.js';
import { planExpiry } from './retention.js';

const NOW = 1000;

/** Snapshots `[id, parent, time]`. */
function metadata(
  snapshots: readonly (readonly [number, number | null, number])[],
  refs: Record<string, Omit<SnapshotRef, 'snapshotId'> & { at: number }>,
  properties: Record<string, string> = {},
): TableMetadata {
  return {
    location: '/t',
    properties,
    snapshots: snapshots.map(
      ([id, parent, timestampMs]) =>
        ({
          snapshotId: BigInt(id),
          parentSnapshotId: parent === null ? null : BigInt(parent),
          timestampMs,
        }) as Snapshot,
    ),
    refs: Object.fromEntries(
      Object.entries(refs).map(([name, { at, ...ref }]) => [name, { ...ref, snapshotId: BigInt(at) }]),
    ),
  } as unknown as TableMetadata;
}

const LINE = [
  [1, null, 100],
  [2, 1, 200],
  [3, 2, 300],
  [4, 3, 400],
] as const;

function expired(of: TableMetadata, options: Omit<Parameters<typeof planExpiry>[1], 'now'>): number[] {
  return [...planExpiry(of, { now: NOW, ...options }).snapshotIds].map(Number);
}

describe('expiry', () => {
  test('takes snapshots from before the limit and keeps the newest whatever its age', () => {
    const table = metadata(LINE, { main: { type: 'branch', at: 4 } });
    expect(expired(table, { olderThan: 300 })).toEqual([1, 2]);
    expect(expired(table, { olderThan: NOW })).toEqual([1, 2, 3]);
    expect(expired(table, { olderThan: NOW, retainLast: 3 })).toEqual([1]);
    expect(expired(table, {})).toEqual([]);
  });

  test('keeps to the properties of the table where the caller says nothing', () => {
    const table = (properties: Record<string, string>): TableMetadata =>
      metadata(LINE, { main: { type: 'branch', at: 4 } }, properties);
    expect(expired(table({ 'history.expire.max-snapshot-age-ms': '750' }), {})).toEqual([1, 2]);
    const both = {
      'history.expire.max-snapshot-age-ms': '1',
      'history.expire.min-snapshots-to-keep': '3',
    };
    expect(expired(table(both), {})).toEqual([1]);
    expect(() => expired(table({ 'history.expire.max-snapshot-age-ms': '5 days' }), {})).toThrow(
      /history\.expire\.max-snapshot-age-ms is "5 days"/,
    );
  });

  test('keeps what a branch asks for itself, and its snapshots up to the first that is too old', () => {
    const side = [...LINE, [5, 2, 250], [6, 5, 500]] as const;
    const table = metadata(side, {
      main: { type: 'branch', at: 4 },
      audit: { type: 'branch', at: 6, minSnapshotsToKeep: 3 },
      keep: { type: 'branch', at: 3, maxSnapshotAgeMs: 850 },
    });
    expect(expired(table, { olderThan: NOW })).toEqual([1]);
  });

  test('an old snapshot behind a young one goes only when all before it may', () => {
    // Clocks of writers differ: 3 is stamped before 2.
    const table = metadata(
      [
        [1, null, 100],
        [2, 1, 900],
        [3, 2, 200],
        [4, 3, 950],
      ],
      { main: { type: 'branch', at: 4 } },
    );
    expect(expired(table, { olderThan: 500 })).toEqual([1, 2, 3]);
  });

  test('removes refs that are too old, and then what only they held; main and its snapshot stay', () => {
    const table = metadata([...LINE, [5, 1, 150]], {
      main: { type: 'branch', at: 4, maxRefAgeMs: 1 },
      old: { type: 'tag', at: 5, maxRefAgeMs: 10 },
      young: { type: 'tag', at: 2, maxRefAgeMs: 800 },
    });
    const expiry = planExpiry(table, { now: NOW, olderThan: NOW });
    expect(expiry.refs).toEqual(['old']);
    expect([...expiry.snapshotIds]).toEqual([1n, 3n, 5n]);
  });

  test('removes a ref whose snapshot is gone', () => {
    const table = metadata(LINE, { main: { type: 'branch', at: 4 }, lost: { type: 'tag', at: 9 } });
    expect(planExpiry(table, { now: NOW, olderThan: 0 }).refs).toEqual(['lost']);
  });

  test('takes snapshots that no ref leads to by age', () => {
    const table = metadata([...LINE, [7, 4, 350], [8, 4, 450]], { main: { type: 'branch', at: 4 } });
    expect(expired(table, { olderThan: 400, retainLast: 9 })).toEqual([7]);
  });

  test('takes snapshots by name, alone unless an age is given, too', () => {
    const table = metadata(LINE, { main: { type: 'branch', at: 4 }, tag: { type: 'tag', at: 2 } });
    expect(expired(table, { snapshotIds: [3n] })).toEqual([3]);
    expect(expired(table, { snapshotIds: [3n], olderThan: 200 })).toEqual([1, 3]);
    expect(expired(table, { snapshotIds: [] })).toEqual([]);
  });

  test('refuses a snapshot by name that a ref holds or that is not there', () => {
    const table = metadata(LINE, { main: { type: 'branch', at: 4 }, tag: { type: 'tag', at: 2 } });
    expect(() => expired(table, { snapshotIds: [2n] })).toThrow(/"tag" refers to it/);
    expect(() => expired(table, { snapshotIds: [4n] })).toThrow(/"main" refers to it/);
    expect(() => expired(table, { snapshotIds: [77n] })).toThrow(/Snapshot 77 cannot be expired/);
  });
});
