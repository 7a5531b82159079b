import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { batchFromRows, type FolderCatalog, gtEq, type Table } from '../../src/index.js';
import { type Canonical, canonicalRows, sortRows } from '../support/canonical-rows.js';
import type { SparkSession } from './spark-session.js';

interface Turn {
  name: string;
  run: (table: Table, name: string) => Promise<unknown>;
}

const FUTURE = "TIMESTAMP '2999-01-01 00:00:00'";

/** What we do to look after a table. */
const OURS: Turn[] = [
  { name: 'compact', run: (table) => table.compact({ rewriteAll: true }) },
  {
    name: 'compact, sorted',
    run: (table) => table.compact({ strategy: 'sort', sortBy: ['region', 'id desc'], rewriteAll: true }),
  },
  { name: 'rewriteManifests', run: (table) => table.rewriteManifests() },
  {
    name: 'expireSnapshots',
    run: (table) => table.expireSnapshots({ olderThan: Date.now() + 1000, retainLast: 2 }),
  },
  { name: 'removeOrphanFiles', run: (table) => table.removeOrphanFiles() },
];

/** What Spark does. */
function theirs(spark: SparkSession, formatVersion: number): Turn[] {
  const call = (procedure: string, options = ''): Turn => ({
    name: procedure,
    run: (_table, name) => spark.sql(`CALL warehouse.system.${procedure}(table => '${name}'${options})`),
  });
  return [
    call('rewrite_data_files', `, options => map('rewrite-all', 'true')`),
    call(
      'rewrite_data_files',
      `, strategy => 'sort', sort_order => 'region ASC, id DESC', options => map('rewrite-all', 'true')`,
    ),
    call('rewrite_manifests'),
    // Of deletion vectors there is one per data file at all times.
    ...(formatVersion === 2
      ? [call('rewrite_position_delete_files', `, options => map('rewrite-all', 'true')`)]
      : []),
    call('expire_snapshots', `, older_than => ${FUTURE}, retain_last => 2`),
    call('remove_orphan_files'),
  ];
}

/**
 * Changes a table, looks after it, and so on, once with our means and once with Spark's: the rows never change by it, for
 * us or for Spark, every retained snapshot can be read, and the counts of its last summary are those of its files.
 */
export async function maintainInTurns(
  catalog: FolderCatalog,
  spark: SparkSession,
  formatVersion: 2 | 3,
): Promise<void> {
  let table = await catalog.createTable(
    { namespace: 'maintained', name: `v${formatVersion}` },
    {
      formatVersion,
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'region', type: 'string' },
          { name: 'note', type: 'string' },
        ],
      },
      partitionBy: ['bucket(2, id)'],
    },
  );
  const name = `warehouse.maintained.v${formatVersion}`;
  for (const [index, turn] of [...OURS, ...theirs(spark, formatVersion), ...OURS].entries()) {
    table = await changeRows(table, index);
    const orphan = await leaveOrphan(table);
    const rows = await canonicalRows(table);
    await turn.run(table, name.replace('warehouse.', ''));
    table = await table.refresh();
    const where = `after ${turn.name} (turn ${index + 1})`;
    expect(await canonicalRows(table), `our rows ${where}`).toEqual(rows);
    expect(await sparkRows(spark, name), `Spark's rows ${where}`).toEqual(rows);
    for (const { snapshotId } of table.snapshots()) await table.scan({ snapshotId }).count();
    await expectCounts(spark, table, name, where);
    if (/orphan/i.test(turn.name)) await expect(utimes(orphan, 0, 0), where).rejects.toThrow('ENOENT');
  }
}

/** Some rows appended, some replaced, some deleted, in small commits. */
async function changeRows(before: Table, turn: number): Promise<Table> {
  let table = before;
  const rows = (from: number, count: number, note: string) =>
    batchFromRows(
      table.schema(),
      Array.from({ length: count }, (_, at) => ({
        id: BigInt(from + at),
        region: `r${(from + at) % 3}`,
        note: `${note} ${turn}`,
      })),
    );
  const first = turn * 20;
  table = (await table.append(rows(first, 10, 'added'))).table;
  table = (await table.append(rows(first + 10, 10, 'added'))).table;
  table = (await table.upsert(rows(first + 5, 6, 'replaced'), { key: ['id'] })).table;
  return (await table.delete({ filter: gtEq('id', first + 18) })).table;
}

/** A file that no snapshot knows, old enough to be taken for forgotten. */
async function leaveOrphan(table: Table): Promise<string> {
  const path = join(table.location.replace(/^file:\/\//, ''), 'data', `orphan-${Date.now()}.parquet`);
  await writeFile(path, 'left behind');
  const longAgo = new Date('2020-01-01T00:00:00Z');
  await utimes(path, longAgo, longAgo);
  return path;
}

async function sparkRows(spark: SparkSession, name: string): Promise<Canonical[][]> {
  return sortRows((await spark.sql(`SELECT * FROM ${name}`)).rows);
}

async function expectCounts(spark: SparkSession, table: Table, name: string, where: string): Promise<void> {
  const { rows } = await spark.sql(
    `SELECT coalesce(sum(if(content = 0, record_count, 0)), 0), count_if(content = 0), count_if(content <> 0) FROM ${name}.files`,
  );
  const { summary } = table.currentSnapshot()!;
  const counted = ['total-records', 'total-data-files', 'total-delete-files'].map((key) => summary[key]);
  expect(counted, `counts of the summary ${where}`).toEqual(rows[0]);
}
