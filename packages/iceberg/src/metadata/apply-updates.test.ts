import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../snapshot/snapshot.js';
import { applyUpdates } from './apply-updates.js';
import { createMetadata } from './create-metadata.js';
import { parseTableMetadata, printTableMetadata } from './metadata-codec.js';
import { requirementsFor } from './requirements-for.js';
import type { TableMetadata } from './table-metadata.js';
import type { TableUpdate } from './update.js';

const created = (formatVersion: 2 | 3 = 2): TableMetadata =>
  createMetadata({
    schema: {
      fields: [
        { name: 'id', type: 'long' },
        { name: 'ts', type: 'timestamp' },
      ],
    },
    partitionBy: ['day(ts)'],
    formatVersion,
    location: '/t',
    now: 1000,
    uuidBytes: new Uint8Array(16),
  });

let clock = 2000;
const apply = (metadata: TableMetadata, ...updates: TableUpdate[]): TableMetadata =>
  applyUpdates(metadata, updates, {
    now: clock++,
    previous: { metadataFile: '/t/metadata/v1.metadata.json', timestampMs: metadata.lastUpdatedMs },
  });

const snapshot = (id: number, parts: Partial<Snapshot> = {}): Snapshot => ({
  snapshotId: BigInt(id),
  parentSnapshotId: null,
  sequenceNumber: BigInt(id),
  timestampMs: clock,
  operation: 'append',
  summary: {},
  manifestList: `/t/metadata/snap-${id}.avro`,
  schemaId: 0,
  ...parts,
});

const add = (id: number, parts: Partial<Snapshot> = {}): TableUpdate => ({
  action: 'add-snapshot',
  snapshot: snapshot(id, parts),
});
const point = (id: number, refName = 'main'): TableUpdate => ({
  action: 'set-snapshot-ref',
  refName,
  ref: { snapshotId: BigInt(id), type: 'branch' },
});
const logOf = (metadata: TableMetadata): bigint[] => metadata.snapshotLog.map(({ snapshotId }) => snapshotId);

/** Three snapshots, one commit each. */
const withThree = (): TableMetadata =>
  [1, 2, 3].reduce((metadata, id) => apply(metadata, add(id), point(id)), created());

describe('the snapshot log', () => {
  test('gets an entry each time main moves, back included, and none where it stays', () => {
    const rolledBack = apply(withThree(), point(2));
    expect(logOf(rolledBack)).toEqual([1n, 2n, 3n, 2n]);
    expect(rolledBack.snapshotLog.at(-1)!.timestampMs).toBe(rolledBack.lastUpdatedMs);
    expect(logOf(apply(rolledBack, point(2)))).toEqual([1n, 2n, 3n, 2n]);
  });

  test('ends at a removed snapshot: what came before it is dropped', () => {
    const removed = apply(apply(withThree(), point(1)), { action: 'remove-snapshots', snapshotIds: [2n] });
    expect(logOf(removed)).toEqual([3n, 1n]);
  });

  test('does not show a snapshot that was current only within one commit', () => {
    const metadata = apply(created(), add(1), point(1), add(2), point(2));
    expect(logOf(metadata)).toEqual([2n]);
  });

  test('of a staged snapshot that is published later has the time of publishing', () => {
    const staged = apply(created(), add(1, { timestampMs: 1500 }));
    const published = apply(staged, point(1));
    expect(published.snapshotLog).toEqual([{ snapshotId: 1n, timestampMs: published.lastUpdatedMs }]);
  });
});

describe('removed snapshots', () => {
  test('take their statistics and the references to them along', () => {
    const file = { snapshotId: 2n, statisticsPath: '/t/metadata/s.puffin', fileSizeInBytes: 10n };
    const before = apply(
      withThree(),
      point(2, 'audit'),
      { action: 'set-statistics', statistics: file },
      { action: 'set-partition-statistics', partitionStatistics: file },
    );
    expect(before.statistics).toEqual([file]);
    const after = apply(before, { action: 'remove-snapshots', snapshotIds: [2n] });
    expect(Object.keys(after.refs)).toEqual(['main']);
    expect([...after.statistics, ...after.partitionStatistics]).toEqual([]);
    expect(after.snapshots.map(({ snapshotId }) => snapshotId)).toEqual([1n, 3n]);
  });
});

describe('definitions', () => {
  test('that are there already keep their id, new ones get the next', () => {
    const base = created();
    const wider = { ...base.schemas[0]!, fields: base.schemas[0]!.fields.slice(0, 1) };
    const changed = apply(
      base,
      { action: 'add-schema', schema: wider, lastColumnId: 2 },
      { action: 'set-current-schema', schemaId: -1 },
      { action: 'add-spec', spec: { specId: 9, fields: [] } },
      { action: 'set-default-spec', specId: -1 },
      {
        action: 'add-sort-order',
        sortOrder: {
          orderId: 7,
          fields: [{ transform: 'identity', sourceId: 1, direction: 'asc', nullOrder: 'nulls-first' }],
        },
      },
      { action: 'set-default-sort-order', sortOrderId: -1 },
    );
    expect([changed.currentSchemaId, changed.defaultSpecId, changed.defaultSortOrderId]).toEqual([1, 1, 1]);
    const back = apply(
      changed,
      { action: 'add-schema', schema: { ...base.schemas[0]!, schemaId: 5 }, lastColumnId: 2 },
      { action: 'set-current-schema', schemaId: -1 },
      { action: 'add-spec', spec: { ...base.partitionSpecs[0]!, specId: 5 } },
      { action: 'set-default-spec', specId: -1 },
    );
    expect([back.currentSchemaId, back.schemas.length]).toEqual([0, 2]);
    expect([back.defaultSpecId, back.partitionSpecs.length]).toEqual([0, 2]);
  });

  test('that are in use are not removed', () => {
    for (const update of [
      { action: 'remove-schemas', schemaIds: [0] },
      { action: 'remove-partition-specs', specIds: [0] },
    ] as const)
      expect(() => apply(created(), update)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  test('that do not exist cannot be made current', () => {
    for (const update of [
      { action: 'set-current-schema', schemaId: 4 },
      { action: 'set-current-schema', schemaId: -1 },
      { action: 'set-default-spec', specId: 4 },
      { action: 'set-default-sort-order', sortOrderId: 4 },
    ] as const)
      expect(() => apply(created(), update)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('row ids', () => {
  test('move on with each snapshot of a table of version 3 and are given out once', () => {
    const first = apply(created(3), add(1, { firstRowId: 0n, addedRows: 10n }), point(1));
    expect(first.nextRowId).toBe(10n);
    expect(() => apply(first, add(2, { firstRowId: 9n, addedRows: 1n }))).toThrow(
      expect.objectContaining({ code: 'COMMIT_CONFLICT' }),
    );
    expect(() => apply(first, add(2))).toThrow(expect.objectContaining({ code: 'COMMIT_CONFLICT' }));
    const printed = parseTableMetadata(printTableMetadata(first), 'v3');
    expect(printed).toEqual(first);
    expect(printed.snapshots[0]).toMatchObject({ firstRowId: 0n, addedRows: 10n });
  });

  test('begin at 0 after an upgrade, which has no way back', () => {
    const upgraded = apply(withThree(), { action: 'upgrade-format-version', formatVersion: 3 });
    expect([upgraded.formatVersion, upgraded.nextRowId]).toEqual([3, 0n]);
    for (const formatVersion of [2, 4])
      expect(() => apply(upgraded, { action: 'upgrade-format-version', formatVersion })).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_FORMAT_VERSION' }),
      );
  });
});

test('a sequence number that was taken, or a tag as main, is refused', () => {
  expect(() => apply(withThree(), add(4, { sequenceNumber: 3n }))).toThrow(
    expect.objectContaining({ code: 'COMMIT_CONFLICT' }),
  );
  expect(() =>
    apply(withThree(), { action: 'set-snapshot-ref', refName: 'main', ref: { snapshotId: 1n, type: 'tag' } }),
  ).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('each kind of update requires what the reference implementation requires for it', () => {
  const base = apply(withThree(), point(1, 'audit'));
  const typesOf = (...updates: TableUpdate[]): string[] =>
    requirementsFor(base, updates).map((requirement) =>
      requirement.type === 'assert-ref-snapshot-id'
        ? `${requirement.ref}=${requirement.snapshotId}`
        : requirement.type,
    );
  const schema = base.schemas[0]!;
  const uuid = 'assert-table-uuid';
  expect(typesOf({ action: 'set-properties', updates: { a: 'b' } })).toEqual([uuid]);
  expect(typesOf({ action: 'remove-snapshots', snapshotIds: [1n] })).toEqual([uuid]);
  expect(typesOf(add(4), point(4), point(4))).toEqual([uuid, 'main=3']);
  expect(typesOf(point(3, 'new'))).toEqual([uuid, 'new=null']);
  expect(
    typesOf(
      { action: 'add-schema', schema, lastColumnId: 2 },
      { action: 'set-current-schema', schemaId: -1 },
    ),
  ).toEqual([uuid, 'assert-last-assigned-field-id', 'assert-current-schema-id']);
  expect(
    typesOf(
      { action: 'add-spec', spec: base.partitionSpecs[0]! },
      { action: 'set-default-spec', specId: -1 },
    ),
  ).toEqual([uuid, 'assert-last-assigned-partition-id', 'assert-default-spec-id']);
  expect(typesOf({ action: 'set-default-sort-order', sortOrderId: 0 })).toEqual([
    uuid,
    'assert-default-sort-order-id',
  ]);
  expect(typesOf({ action: 'remove-schemas', schemaIds: [4] })).toEqual([
    uuid,
    'assert-current-schema-id',
    'audit=1',
  ]);
  expect(typesOf({ action: 'remove-partition-specs', specIds: [4] })).toEqual([
    uuid,
    'assert-default-spec-id',
    'audit=1',
  ]);
});
