import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testWhere } from '../../../test/support/suite-where.js';
import { DIALECTS } from '../dialect/dialect.js';
import { semanticViews, sqlFiles } from '../semantic-views.js';
import { CUSTOMERS, ORDERS } from './shop.js';
import { ensureSqlParser } from './sql-parser.js';

const FILE = join(import.meta.dirname, 'shop.yaml');
const NAMES = { curated: ['lake', 'curated'], semantic: ['lake', 'semantic'] };
const text = await readFile(FILE, 'utf8');
const { views } = semanticViews([{ file: FILE, text }], [ORDERS, CUSTOMERS]);
const parser = await ensureSqlParser();

describe.each(DIALECTS)('%s', (dialect) => {
  it('has the SQL that was reviewed', async () => {
    const sql = sqlFiles(views, NAMES, dialect).map((file) => `-- ${file.name}\n${file.text}`);
    await expect(sql.join('\n')).toMatchFileSnapshot(
      join(import.meta.dirname, 'snapshots', `${dialect}.sql`),
    );
  });

  testWhere(parser.missing, 'is SQL to a parser of its grammar', async () => {
    if (parser.missing !== null) return;
    const texts = sqlFiles(views, NAMES, dialect).map(({ text: sql }) => ({ dialect, sql }));
    expect(await parser.parse(texts)).toEqual(texts.map(() => null));
  });
});

testWhere(parser.missing, 'the parser finds what is no SQL', async () => {
  if (parser.missing !== null) return;
  const [wrong, passed] = await parser.parse([
    { dialect: 'athena', sql: 'CREATE OR REPLACE VIEW "a"."b" AS SELECT FROM WHERE' },
    { dialect: 'snowflake', sql: 'CREATE SOMETHING ELSE' },
  ]);
  expect([wrong, passed]).toEqual([expect.any(String), expect.stringContaining('not understood')]);
});

it('the same views give the same bytes, whatever the order of documents and contracts', () => {
  const more = {
    file: 'z.yaml',
    text: 'views: { a_count: { description: d, from: orders, metrics: { n: count() } } }',
  };
  const one = semanticViews([{ file: FILE, text }, more], [ORDERS, CUSTOMERS]).views;
  const other = semanticViews([more, { file: FILE, text }], [CUSTOMERS, ORDERS]).views;
  for (const dialect of DIALECTS)
    expect(sqlFiles(other, NAMES, dialect)).toEqual(sqlFiles(one, NAMES, dialect));
});
