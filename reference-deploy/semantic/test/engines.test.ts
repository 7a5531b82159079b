import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SparkSession } from '../../../packages/iceberg/test/interop/spark-session.js';
import { ensurePythonPeers } from '../../../scripts/peers/python.js';
import { ensureSpark } from '../../../scripts/peers/spark.js';
import { suiteWhere } from '../../../test/support/suite-where.js';
import { withPlatform } from '../../test/support/open-platform.js';
import { TemporaryWarehouse } from '../../test/support/temporary-folder.js';
import { semanticViews, sqlFiles } from '../semantic-views.js';
import { CUSTOMERS, ORDERS, openShop } from './shop.js';
import { type AnswerRow, SHOP_ANSWERS } from './shop-answers.js';

/** What an engine says of a query. */
interface Answer {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly (string | null)[][];
}

const NOW = Date.UTC(2026, 1, 2);
const FILE = join(import.meta.dirname, 'shop.yaml');
const run = promisify(execFile);
const { views, faults } = semanticViews(
  [{ file: FILE, text: await readFile(FILE, 'utf8') }],
  [ORDERS, CUSTOMERS],
);
let warehouse: TemporaryWarehouse;
const metadata: Record<string, string> = {};
beforeAll(async () => {
  warehouse = new TemporaryWarehouse();
  await withPlatform(
    warehouse.path,
    NOW,
    async (platform) => {
      await openShop(platform, NOW);
      for (const name of ['orders', 'customers'])
        metadata[name] = (await platform.catalog.loadTable({ namespace: 'curated', name })).metadataLocation;
    },
    { maskingKey: Buffer.from('a key of tests') },
  );
});
afterAll(() => warehouse.remove());

it('the views of the shop are what contracts allow', () => {
  expect(faults).toEqual([]);
  expect(views.map(({ name }) => name)).toEqual(Object.keys(SHOP_ANSWERS));
});

const python = await ensurePythonPeers();
suiteWhere(python.missing, 'the views in DuckDB, over Curated tables', () => {
  let answers: Answer[];
  beforeAll(async () => {
    const { python: program, duckdbExtensions } = python.peers!;
    const files = sqlFiles(views, { curated: ['curated'], semantic: ['semantic'] }, 'duckdb');
    const asked = run(program, [join(import.meta.dirname, 'run_duckdb.py'), duckdbExtensions]);
    asked.child.stdin!.end(
      JSON.stringify({
        tables: { curated: metadata },
        // Each view is made twice: a view that is there is replaced.
        statements: [...files, ...files].map(({ text }) => text),
        queries: views.map(({ name }) => `SELECT * FROM semantic."${name}"`),
      }),
    );
    answers = (await asked).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer);
  });
  it.each(Object.keys(SHOP_ANSWERS))('%s has the rows that its expressions say', (name) => {
    expectAnswer(answers[views.findIndex((view) => view.name === name)]!, SHOP_ANSWERS[name]!);
  });
});

const spark = process.env['LEAN_OPS_TEST'] === 'full' ? await ensureSpark() : null;
suiteWhere(
  spark === null ? 'npm run test:full runs it' : spark.missing,
  'the views in Spark, over Curated tables',
  () => {
    let session: SparkSession;
    beforeAll(async () => {
      session = await SparkSession.start(spark!.peer!, warehouse.path);
      const names = { curated: ['warehouse', 'curated'], semantic: ['semantic'] };
      for (const { text } of sqlFiles(views, names, 'spark'))
        await session.sql(text.trim().replace(/;$/, ''));
      // None of the session's settings changes a value.
      await session.sql('SET spark.sql.session.timeZone = America/New_York');
      await session.sql('SET spark.sql.ansi.enabled = true');
    });
    afterAll(() => session?.stop());
    it.each(Object.keys(SHOP_ANSWERS))('%s has the rows that DuckDB gives', async (name) => {
      expectAnswer((await session.sql(`SELECT * FROM semantic.${name}`)) as Answer, SHOP_ANSWERS[name]!);
    });
  },
);

function expectAnswer({ columns, rows }: Answer, wanted: readonly AnswerRow[]): void {
  expect(columns.map(({ name }) => name)).toEqual(Object.keys(wanted[0]!));
  const found = rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
  const inOrder = (all: readonly object[]): object[] =>
    [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  expect(inOrder(found)).toEqual(inOrder(wanted));
}
