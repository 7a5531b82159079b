import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Catalog,
  eq,
  FolderCatalog,
  forgetReplacement,
  MemoryCatalog,
  openReplacement,
  type ReplacementPlace,
  stageReplacement,
  type Table,
} from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
const DAY = 86_400_000;
const STAGED = {
  schema: {
    fields: [
      { name: 'id', type: 'string', required: true },
      { name: 'day', type: 'date' },
      { name: 'tags', type: { type: 'list', element: 'long' } },
    ],
  },
  partitionBy: ['month(day)'],
  properties: { mine: 'new', generation: '2' },
} as const;

const rowsOf = async (table: Table, options: Parameters<Table['scan']>[0] = {}): Promise<unknown[]> => {
  const rows: Record<string, unknown>[] = [];
  for await (const row of table.scan(options).rows()) rows.push(row);
  return rows.sort((left, right) => (String(left['id']) < String(right['id']) ? -1 : 1));
};

let now = 0;
const CATALOGS: Record<string, () => Promise<Catalog>> = {
  memory: async () => new MemoryCatalog({ now: () => now, sleep: async () => undefined }),
  folder: async () =>
    new FolderCatalog({
      warehouse: await mkdtemp(join(tmpdir(), 'replace-')),
      now: () => now,
      sleep: async () => undefined,
    }),
};

describe.each(Object.keys(CATALOGS))('a table in a %s catalog that is replaced in place', (kind) => {
  let catalog: Catalog;
  let live: Table;
  let place: ReplacementPlace;

  beforeEach(async () => {
    now = 1_700_000_000_000;
    catalog = await CATALOGS[kind]!();
    const created = await catalog.createTable(ID, {
      schema: {
        fields: [
          { name: 'id', type: 'long' },
          { name: 'note', type: 'string' },
        ],
      },
      partitionBy: ['bucket(4, id)'],
      sortBy: ['id'],
      properties: { mine: 'old', gone: 'yes', 'schema.name-mapping.default': '[]' },
    });
    ({ table: live } = await created.append([
      { id: 1n, note: 'one' },
      { id: 2n, note: 'two' },
    ]));
    now += 30 * DAY;
    place = { table: live, folder: 'rebuild-2', now: () => now };
  });

  /** Four rows in two commits, one of which is deleted and one replaced. */
  const staged = async (): Promise<Table> => {
    const empty = await stageReplacement(place, STAGED);
    const first = await empty.append([
      { id: 'a', day: '2026-01-01', tags: [1n] },
      { id: 'b', day: '2026-02-01', tags: null },
      { id: 'c', day: '2026-02-02', tags: [] },
    ]);
    const second = await first.table.upsert([{ id: 'b', day: '2026-03-01', tags: [2n, 3n] }], {
      key: ['id'],
    });
    return (await second.table.delete({ filter: eq('id', 'c') })).table;
  };
  const CONTENT = [
    { id: 'a', day: '2026-01-01', tags: [1n] },
    { id: 'b', day: '2026-03-01', tags: [2n, 3n] },
  ];
  const keepAs = { tag: 'before-2', forMs: 7 * DAY };

  test('shows the new content, ids, partitioning and properties under the old uuid, in one commit', async () => {
    const replacement = await staged();
    const { table, snapshotId, sequenceNumber } = await live.replaceWith(replacement, { keepAs });
    expect(await rowsOf(await catalog.loadTable(ID))).toEqual(CONTENT);
    expect(table.uuid).toBe(live.uuid);
    expect(snapshotId).toBe(replacement.currentSnapshot()!.snapshotId);
    expect(sequenceNumber).toBe(2n);
    expect(table.currentSnapshot()).toMatchObject({
      parentSnapshotId: null,
      schemaId: table.schema().schemaId,
    });
    expect(Math.min(...table.schema().fields.map(({ id }) => id))).toBeGreaterThan(2);
    expect(table.spec().fields).toMatchObject([{ name: 'day_month', transform: 'month', fieldId: 1001 }]);
    expect(table.properties).toEqual({ mine: 'new', generation: '2' });
    expect(await table.scan({ filter: eq('id', 'a') }).count()).toBe(1);
  });

  test('keeps the old content under a tag, as old as that is, and gives it up after the time set', async () => {
    const { table } = await live.replaceWith(await staged(), { keepAs });
    expect(table.refs['before-2']).toMatchObject({
      type: 'tag',
      snapshotId: live.currentSnapshot()!.snapshotId,
    });
    expect(await rowsOf(table, { ref: 'before-2' })).toEqual([
      { id: 1n, note: 'one' },
      { id: 2n, note: 'two' },
    ]);
    now += 6 * DAY;
    expect((await table.expireSnapshots()).removedRefs).toEqual([]);
    now += 2 * DAY;
    expect((await (await table.refresh()).expireSnapshots()).removedRefs).toEqual(['before-2']);
    const fresh = await table.refresh();
    expect(fresh.snapshots()).toHaveLength(1);
    expect(await rowsOf(fresh)).toEqual(CONTENT);
  });

  test('does nothing where it was done already', async () => {
    const replacement = await staged();
    const { table } = await live.replaceWith(replacement, { keepAs });
    const again = await table.replaceWith(replacement, { keepAs });
    expect(again).toMatchObject({ attempts: 0, snapshotId: replacement.currentSnapshot()!.snapshotId });
    expect(again.table.metadataLocation).toBe(table.metadataLocation);
  });

  test('is refused where others have changed its content or its columns meanwhile', async () => {
    const replacement = await staged();
    await live.append([{ id: 3n, note: 'three' }]);
    await expect(live.replaceWith(replacement)).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
    const moved = await live.refresh();
    const { table: wider } = await moved.updateSchema((change) => change.addColumn('more', 'string'));
    await expect(moved.replaceWith(replacement)).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
    await expect(wider.replaceWith(replacement)).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
    expect(await rowsOf(await catalog.loadTable(ID))).toHaveLength(3);
  });

  test('is refused for a table that was made for another, or holds nothing', async () => {
    const empty = await stageReplacement(place, STAGED);
    await expect(live.replaceWith(empty)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const other = await catalog.createTable({ namespace: 'n', name: 'other' }, STAGED);
    const { table } = await other.append([{ id: 'a', day: null, tags: null }]);
    await expect(live.replaceWith(table)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('is written, deleted from and compacted as any other, before and after the replacement is forgotten', async () => {
    const { table } = await live.replaceWith(await staged(), { keepAs });
    await forgetReplacement({ ...place, table }, { purge: false });
    const appended = await table.append([{ id: 'd', day: '2026-01-05', tags: null }]);
    const { table: compacted } = await appended.table.compact({ minInputFiles: 1, deleteFileThreshold: 1 });
    now += 30 * DAY;
    await (await compacted.refresh()).expireSnapshots();
    expect((await (await table.refresh()).removeOrphanFiles({ force: true, olderThan: now })).failed).toEqual(
      [],
    );
    expect((await rowsOf(await catalog.loadTable(ID))).map((row) => (row as { id: string }).id)).toEqual([
      'a',
      'b',
      'd',
    ]);
  });

  test('comes back as it was, and what had taken its place can be taken away', async () => {
    const before = live.state();
    const replacement = await staged();
    const { table, snapshotId } = await live.replaceWith(replacement, { keepAs });
    const options = { replacing: snapshotId!, dropTag: keepAs.tag };
    const { table: restored } = await table.restore(before, options);
    expect(restored.state()).toEqual(before);
    expect(Object.keys(restored.refs)).toEqual(['main']);
    expect(await rowsOf(restored)).toEqual([
      { id: 1n, note: 'one' },
      { id: 2n, note: 'two' },
    ]);
    expect((await restored.restore(before, options)).attempts).toBe(0);
    await restored.expireSnapshots({ snapshotIds: [snapshotId!] });
    expect(await forgetReplacement(place, { purge: true })).toBe(true);
    expect(await openReplacement(place)).toBeNull();
    const { table: appended } = await (await restored.refresh()).append([{ id: 3n, note: null }]);
    expect(await rowsOf(appended)).toHaveLength(3);
    const { orphans } = await appended.removeOrphanFiles({ dryRun: true, force: true, olderThan: now + 1 });
    expect(orphans.filter(({ path }) => path.includes('rebuild-2'))).toEqual([]);
  });

  test('is not taken back from under a commit that came after', async () => {
    const before = live.state();
    const { table, snapshotId } = await live.replaceWith(await staged(), { keepAs });
    await table.append([{ id: 'd', day: null, tags: null }]);
    const options = { replacing: snapshotId! };
    await expect(table.restore(before, options)).rejects.toMatchObject({ code: 'COMMIT_CONFLICT' });
  });

  test('that held nothing is replaced and brought back too', async () => {
    const id = { namespace: 'n', name: 'empty' };
    const table = await catalog.createTable(id, { schema: { fields: [{ name: 'a', type: 'int' }] } });
    const before = table.state();
    const empty = await stageReplacement({ table, folder: 'rebuild-2' }, STAGED);
    const { table: filled } = await empty.append([{ id: 'a', day: null, tags: null }]);
    const { table: replaced, snapshotId } = await table.replaceWith(filled, { keepAs });
    expect(await replaced.scan().count()).toBe(1);
    expect(Object.keys(replaced.refs)).toEqual(['main']);
    const { table: restored } = await replaced.restore(before, { replacing: snapshotId! });
    expect(restored.state()).toEqual(before);
    expect(restored.currentSnapshot()).toBeNull();
  });

  test('leaves the files of its replacement alone while that is being made', async () => {
    await staged();
    const { orphans } = await live.removeOrphanFiles({ dryRun: true, force: true, olderThan: now + 2 * DAY });
    expect(orphans).toEqual([]);
    const opened = await openReplacement(place);
    expect(await rowsOf(opened!)).toEqual(CONTENT);
    expect((await stageReplacement(place, STAGED)).currentSnapshot()).not.toBeNull();
  });
});
