import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ensureSpark } from '../../../../scripts/peers/spark.js';
import { suiteWhere } from '../../../../test/support/suite-where.js';
import { eq, FolderCatalog, isIn, type KeyMode, type Table, type TableScan } from '../../src/index.js';
import { SparkSession } from './spark-session.js';

const warehouse = await mkdtemp(join(tmpdir(), 'row-changes-'));
const catalog = new FolderCatalog({ warehouse });
const { peer, missing } = await ensureSpark();
const spark = peer === null ? null : await SparkSession.start(peer, warehouse);
afterAll(() => spark?.stop());

const SHAPES: readonly [name: string, formatVersion: 2 | 3, partitionBy: readonly string[], mode: KeyMode][] =
  [
    ['v2_equality', 2, [], 'equality-deletes'],
    ['v2_equality_by_partition', 2, ['region', 'bucket(2, id)'], 'equality-deletes'],
    ['v3_equality', 3, ['region'], 'equality-deletes'],
    ['v3_copy', 3, [], 'copy-on-write'],
    ['v3_vectors', 3, ['region'], 'merge-on-read'],
  ];

/** A table on which every kind of change was made in one mode. */
async function changedTable(
  name: string,
  formatVersion: 2 | 3,
  partitionBy: readonly string[],
  mode: KeyMode,
): Promise<Table> {
  let table = await catalog.createTable(
    { namespace: 'n', name },
    {
      formatVersion,
      partitionBy,
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'region', type: 'string' },
          { name: 'note', type: 'string' },
        ],
      },
    },
  );
  const key = { key: ['id', 'region'], mode };
  const rowMode = mode === 'equality-deletes' ? 'merge-on-read' : mode;
  const row = (id: number, note = `n${id}`) => ({ id, region: id % 2 === 0 ? 'even' : 'odd', note });
  ({ table } = await table.append(Array.from({ length: 3000 }, (_, id) => row(id))));
  ({ table } = await table.upsert([row(1, 'A'), row(2, 'B'), row(5000)], key));
  ({ table } = await table.deleteKeys(
    [row(3), row(4)].map(({ id, region }) => ({ id, region })),
    key,
  ));
  ({ table } = await table.delete({ filter: isIn('note', ['n10', 'n11']), mode: rowMode }));
  ({ table } = await table.overwrite([row(9000)], { filter: eq('id', 12), mode: rowMode }));
  return table;
}

async function texts(scan: TableScan): Promise<string[]> {
  const rows: string[] = [];
  for await (const row of scan.rows()) rows.push(Object.values(row).join('|'));
  return rows.sort();
}

async function sparkTexts(statement: string): Promise<string[]> {
  const { rows } = await spark!.sql(statement);
  return rows.map((row) => row.join('|')).sort();
}

suiteWhere(missing, 'rows changed here, read and changed by Spark', () => {
  test.each(SHAPES)(
    '%s',
    async (name, formatVersion, partitionBy, mode) => {
      let table = await changedTable(name, formatVersion, partitionBy, mode);
      const source = `warehouse.n.${name}`;
      const rows = await texts(table.scan());
      expect(rows).toHaveLength(2997);
      expect(await sparkTexts(`SELECT id, region, note FROM ${source}`)).toEqual(rows);
      if (formatVersion === 3) {
        const columns = ['id', '_row_id', '_last_updated_sequence_number'];
        expect(await sparkTexts(`SELECT ${columns.join(', ')} FROM ${source}`)).toEqual(
          await texts(table.scan({ columns })),
        );
      }
      // In turns: what one deletes stays deleted when the other goes on.
      await spark!.sql(`DELETE FROM ${source} WHERE id IN (20, 5000)`);
      ({ table } = await (await table.refresh()).delete({ filter: eq('id', 21) }));
      ({ table } = await table.upsert([{ id: 22, region: 'even', note: 'Z' }], {
        key: ['id', 'region'],
        mode,
      }));
      await spark!.sql(`REFRESH TABLE ${source}`);
      const after = await texts(table.scan());
      expect(after).toHaveLength(2994);
      expect(await sparkTexts(`SELECT id, region, note FROM ${source}`)).toEqual(after);
    },
    300_000,
  );
});
