import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testWhere } from '../../../test/support/suite-where.js';
import { runCommand } from '../../cli/testing.js';
import { CUSTOMERS, ORDERS } from '../../semantic/test/shop.js';
import { ensureSqlParser } from '../../semantic/test/sql-parser.js';

const SETTINGS = join(import.meta.dirname, 'snowflake.yaml');
const VIEWS = join(import.meta.dirname, '../../semantic/test/shop.yaml');
const PLAIN = { ...CUSTOMERS, topic: 'regions', columns: { id: { type: 'string' } } };
/** Statements that the parser passes through: nothing but Snowflake knows them whole. */
const NOT_PARSED =
  /^(?:USE ROLE|DESC|CREATE EXTERNAL VOLUME|CREATE CATALOG INTEGRATION|CREATE ROLE|GRANT ROLE|GRANT USAGE ON (?:EXTERNAL VOLUME|INTEGRATION)|CREATE ICEBERG TABLE|CREATE SCHEMA|SHOW ICEBERG)/;

let folder: string;
let out: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-snowflake-'));
  out = join(folder, 'out');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function make(...args: string[]) {
  const contracts = join(folder, 'contracts');
  await rm(contracts, { recursive: true, force: true });
  await mkdir(contracts);
  for (const contract of [ORDERS, CUSTOMERS, PLAIN])
    await writeFile(join(contracts, `${contract.topic}.json`), JSON.stringify(contract));
  return await runCommand([
    'snowflake',
    '--settings',
    SETTINGS,
    '--contracts',
    contracts,
    '--out',
    out,
    ...args,
  ]);
}

const made = (name: string): Promise<string> => readFile(join(out, name), 'utf8');

it('writes the files that were reviewed, and finds them up to date afterwards', async () => {
  expect(await make('--spec', VIEWS)).toMatchObject({ code: 0, stderr: '' });
  const names = await readdir(out);
  expect(names).toEqual([
    ...['1-access.sql', '2-tables.sql', '3-views.sql', '4-grants.sql', '5-checks.sql'],
    ...['permissions.json', 'trust.json'],
  ]);
  for (const name of names)
    await expect(await made(name)).toMatchFileSnapshot(join(import.meta.dirname, 'snapshots', `${name}.txt`));
  expect(await make('--spec', VIEWS, '--check')).toMatchObject({ code: 0 });
  await writeFile(join(out, '4-grants.sql'), 'GRANT EVERYTHING;');
  expect(await make('--spec', VIEWS, '--check')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('differs: 4-grants.sql'),
  });
});

it('whoever reads tables sees what no contract masks, and views without their masked columns', async () => {
  await make('--spec', VIEWS);
  const grants = await made('4-grants.sql');
  expect(grants).toContain('GRANT SELECT ON TABLE "LAKE"."CURATED"."REGIONS" TO ROLE "LAKE_READER";');
  expect(grants).toContain('REVOKE SELECT ON TABLE "LAKE"."CURATED"."ORDERS" FROM ROLE "LAKE_READER";');
  expect(grants).not.toMatch(
    /GRANT SELECT ON TABLE "LAKE"."CURATED"."(?:ORDERS|CUSTOMERS)" TO ROLE "LAKE_READER"/,
  );
  expect(await made('3-views.sql')).toContain(
    `CASE WHEN IS_ROLE_IN_SESSION('LAKE_SENSITIVE_READER') THEN "O"."CARD" END AS "CARD"`,
  );
});

it('settings whose names meet are refused where they stand', async () => {
  const text = (await readFile(SETTINGS, 'utf8')).replace(/^( +reader:).*$/m, '$1 LAKE_OWNER');
  const settings = join(folder, 'settings.yaml');
  await writeFile(settings, `${text}schemas: { curated: lake, semantic: LAKE }\n`);
  const { code, stderr } = await make('--settings', settings);
  expect(code).toBe(2);
  expect(stderr).toMatch(/settings\.yaml:\d+:\d+: roles\.reader is the same as roles\.owner/);
  expect(stderr).toMatch(/settings\.yaml:\d+:10: schemas: tables and views need a schema each/);
  await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('the role may read what is Curated and nothing else', async () => {
  await make();
  const { Statement } = JSON.parse(await made('permissions.json')) as {
    Statement: { Action: string[]; Resource: string[] }[];
  };
  expect(
    Statement.flatMap(({ Action }) => Action).every((action) =>
      /^(?:s3:(?:Get|List)|glue:Get|kms:Decrypt$)/.test(action),
    ),
  ).toBe(true);
  expect(Statement.flatMap(({ Resource }) => Resource)).not.toContain('*');
  const files = Statement.find(({ Action }) => Action.includes('s3:GetObject'))!;
  expect(files.Resource).toEqual([
    'arn:aws:s3:::lean-ops-prod-warehouse-123456789012/warehouse/lean_ops_prod_curated.db/*',
  ]);
});

it('without views there are none, and without trust its policy waits', async () => {
  const settings = join(folder, 'settings.yaml');
  await writeFile(settings, (await readFile(SETTINGS, 'utf8')).replace(/trust:[\s\S]*$/, ''));
  const { code, stdout } = await make('--settings', settings);
  expect(code).toBe(0);
  expect(stdout).toContain('trust.json follows');
  expect(await readdir(out)).toEqual([
    '1-access.sql',
    '2-tables.sql',
    '4-grants.sql',
    '5-checks.sql',
    'permissions.json',
  ]);
});

it.each([
  ['database: lake', 'database: la"ke', /settings\.yaml:2:11: database must match/],
  ['region: eu-west-1', "region: eu-west-1'", /settings\.yaml:6:11: aws\.region must match/],
  ['  reader: lake_reader\n', '', /settings\.yaml:13:3: roles lacks "reader"/],
  ['refreshSeconds: 120', 'refreshSeconds: 5', /refreshSeconds must be >= 30/],
])('settings that are wrong are refused where they stand: %s', async (before, after, message) => {
  const settings = join(folder, 'settings.yaml');
  await writeFile(settings, (await readFile(SETTINGS, 'utf8')).replace(before, after));
  const { code, stderr } = await make('--settings', settings);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  await expect(readdir(out)).rejects.toThrow('ENOENT');
});

const parser = await ensureSqlParser();
testWhere(parser.missing, 'what a parser knows of Snowflake is SQL to it', async () => {
  if (parser.missing !== null) return;
  await make('--spec', VIEWS);
  const statements: string[] = [];
  for (const name of await readdir(out))
    if (name.endsWith('.sql'))
      for (const statement of (await made(name)).split(/;\n+/)) {
        const sql = statement.replaceAll(/^--.*\n+/gm, '').trim();
        if (sql !== '' && !NOT_PARSED.test(sql)) statements.push(sql);
      }
  expect(statements.length).toBeGreaterThan(15);
  const faults = await parser.parse(statements.map((sql) => ({ dialect: 'snowflake', sql })));
  expect(faults.map((fault, index) => (fault === null ? null : `${fault}: ${statements[index]}`))).toEqual(
    statements.map(() => null),
  );
});
