import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../test/support/suite-where.js';
import { decodeDeletionVector, encodeDeletionVector } from '../src/delete/deletion-vector.js';
import { eq, gt, IcebergError, openTable, type Table } from '../src/index.js';
import { parseTableMetadata, printTableMetadata } from '../src/metadata/metadata-codec.js';
import { parseExactJson } from '../src/util/exact-json.js';
import { duckdbText, duckdbType } from './support/duckdb-text.js';
import { FIXTURES, filesBelow, haveFixtures } from './support/fixtures.js';

interface Expected {
  columns: { name: string; type: string }[];
  rowCount: number;
  rows: (string | null)[][];
}

const suite = (title: string, body: () => void): void =>
  suiteWhere(haveFixtures() ? null : FIXTURES_MISSING, title, body);
const TABLES = join(FIXTURES, 'iceberg');
const SPEC = join(FIXTURES, 'iceberg-spec');

const open = (file: string): Promise<Table> => openTable({ metadataLocation: join(TABLES, file) });

async function textRows(table: Table): Promise<(string | null)[][]> {
  const { fields } = table.schema();
  const rows: (string | null)[][] = [];
  for await (const row of table.scan().rows())
    rows.push(fields.map((field) => duckdbText(row[field.name], field.type)));
  return rows.sort((left, right) => compareTexts(left, right));
}

/** Text by code point; null after every text. */
function compareTexts(left: readonly (string | null)[], right: readonly (string | null)[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? null;
    if (value === other) continue;
    if (value === null || other === null) return value === null ? 1 : -1;
    return Buffer.compare(Buffer.from(value), Buffer.from(other));
  }
  return 0;
}

/** DuckDB numbers names that differ in case only. */
function asSpelled(columns: Expected['columns']): Expected['columns'] {
  return columns.map((column, index) => {
    const plain = column.name.replace(/_\d+$/, '');
    const clashes = columns.slice(0, index).some((other) => other.name.toLowerCase() === plain.toLowerCase());
    return clashes ? { ...column, name: plain } : column;
  });
}

suite('tables other writers made', () => {
  const expected = JSON.parse(readFileSync(join(TABLES, 'expected.json'), 'utf8')) as Record<
    string,
    Expected
  >;

  for (const [file, want] of Object.entries(expected)) {
    test(`${file} has the expected columns and rows`, async () => {
      const table = await open(file);
      const columns = table
        .schema()
        .fields.map((field) => ({ name: field.name, type: duckdbType(field.type) }));
      expect(columns).toEqual(asSpelled(want.columns));
      const rows = await textRows(table);
      expect(rows.length).toBe(want.rowCount);
      expect(await table.scan().count()).toBe(want.rowCount);
      const shown = [...want.rows].sort(compareTexts);
      // Of long tables only the first rows are known.
      if (shown.length === want.rowCount) expect(rows).toEqual(shown);
      else expect(rows.slice(0, shown.length)).toEqual(want.rows);
    });
  }

  test('a version 1 table whose snapshot names its manifests in place is read', async () => {
    const table = await open('iceberg_v1_deprecated/default/legacy_v1/metadata/v2.metadata.json');
    expect(table.schema().fields.map((field) => field.name)).toEqual(['id', 'category', 'amount']);
    expect(await textRows(table)).toEqual([
      ['1', 'alpha', '10'],
      ['2', 'beta', '20'],
      ['3', 'alpha', null],
    ]);
  });

  test('a version 3 table upgraded from version 1 has the rows it had before', async () => {
    const folder = 'iceberg_v1_repro/repro/merch_v1/metadata';
    const before = await open(`${folder}/00003-8d01e4aa-d143-49c9-898e-b5e477577b70.metadata.json`);
    const after = await open(`${folder}/00004-v3-upgraded-v1-null-counts.metadata.json`);
    const rows = await textRows(after);
    expect(rows).toHaveLength(4);
    expect(rows).toEqual(await textRows(before));
  });

  test('a manifest list that is not there is an error that names it', async () => {
    const table = await open('equality_deletes/warehouse/mydb/mytable/metadata/v3.metadata.json');
    await expect(table.scan().toArrow()).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining(
        'snap-7342794868382145167-1-34f7dec7-90c5-4cd5-b158-5782b73fc010.avro',
      ),
    });
  });

  test('every other metadata file opens, and is an empty table where it has no snapshot', async () => {
    let empty = 0;
    for (const file of filesBelow('iceberg', '.metadata.json')) {
      const table = await open(file);
      if (table.currentSnapshot() !== null) continue;
      expect(await textRows(table)).toEqual([]);
      empty++;
    }
    expect(empty).toBeGreaterThan(8);
  });

  test('a folder opens at its newest metadata', async () => {
    const folders: [string, string][] = [
      ['equality_deletes/warehouse/mydb/mytable', 'v7.metadata.json'],
      ['name_mapping/warehouse_1/mydb/t1', 'v7.metadata.json'],
      ['is_null_is_not_null', '00001-43ceeb9a-cd0d-4556-b1e2-513b5bf88ff8.metadata.json'],
      ['iceberg_v1_repro/repro/merch_v1', '00004-v3-upgraded-v1-null-counts.metadata.json'],
    ];
    for (const [folder, file] of folders) {
      const table = await openTable({ folder: join(TABLES, folder) });
      expect(table.metadataLocation).toBe(join(TABLES, folder, 'metadata', file));
    }
  });

  test('a filter gives the rows that it would leave of a whole scan', async () => {
    const table = await open('partition_decimal_hugeint/metadata/v2.metadata.json');
    const all = await textRows(table);
    for (const [value] of all) {
      expect(await table.scan({ filter: eq('partition_col', value!) }).count()).toBe(1);
    }
    const positive = all.filter(([value]) => Number(value) > 0).length;
    expect(await table.scan({ filter: gt('partition_col', '0') }).count()).toBe(positive);
  });
});

suite('documents of the specification', () => {
  const read = (name: string): string => readFileSync(join(SPEC, 'metadata', name), 'utf8');
  const valid = [
    'TableMetadataV1Valid.json',
    'TableMetadataV2Valid.json',
    'TableMetadataV3ValidMinimal.json',
    'TableMetadataStatisticsFiles.json',
  ];

  test.each(valid)('%s parses, and survives being written and read again', (name) => {
    const metadata = parseTableMetadata(read(name), name);
    const printed = printTableMetadata(metadata);
    expect(parseTableMetadata(printed, name)).toEqual(metadata);
    const [original, copy] = [read(name), printed].map(
      (text) => parseExactJson(text) as Record<string, unknown>,
    );
    // Version 1 spells a single schema and spec; what is written has the lists of later versions as well.
    for (const [key, value] of Object.entries(original!)) {
      if (key === 'schema' || key === 'partition-spec') continue;
      expect(copy![key], key).toEqual(value);
    }
  });

  test('keys that are not known, at every level, are written back', () => {
    const document = parseExactJson(read('TableMetadataV2Valid.json')) as Record<string, never>;
    const marked = JSON.stringify(document, (_key, value) =>
      typeof value === 'bigint' ? Number(value) : value,
    ).replaceAll('"type":"struct"', '"type":"struct","x-unknown":[1,{"a":null}]');
    const metadata = parseTableMetadata(`{"x-top":12345678901234567890,${marked.slice(1)}`, 'marked');
    expect(printTableMetadata(metadata)).toContain('"x-top":12345678901234567890');
  });

  test.each([
    ['TableMetadataV2MissingSchemas.json', 'INVALID_METADATA'],
    ['TableMetadataUnsupportedVersion.json', 'UNSUPPORTED_FORMAT_VERSION'],
  ])('%s is refused', (name, code) => {
    const refused = (): unknown => parseTableMetadata(read(name), name);
    expect(refused).toThrow(IcebergError);
    expect(refused).toThrow(
      expect.objectContaining({ code, context: expect.objectContaining({ file: name }) }),
    );
  });
});

suite('roaring bitmaps of the specification', () => {
  const decode = (name: string): number[] =>
    Array.from(decodeDeletionVector(readFileSync(join(SPEC, 'deletes', name)), 1_000_000));

  test('an empty one has no positions', () => {
    expect(decode('empty-position-index.bin')).toEqual([]);
  });

  test.each(['empty', 'all-container-types'])('%s: written again it has the same bytes', (name) => {
    const bytes = readFileSync(join(SPEC, 'deletes', `${name}-position-index.bin`));
    expect(Buffer.from(encodeDeletionVector(decodeDeletionVector(bytes, 1_000_000)))).toEqual(bytes);
  });

  test('containers of every type decode, in both bitmaps', () => {
    const CONTAINER = 65_536;
    const second = 2 ** 32;
    const range = (base: number, from: number, to: number): number[] =>
      Array.from({ length: to - from + 1 }, (_, index) => base + from + index);
    // An array, a run, and what was a bitset until runs were found to be shorter.
    expect(decode('all-container-types-position-index.bin')).toEqual([
      5,
      7,
      ...range(CONTAINER, 1, 999),
      ...range(2 * CONTAINER, 1, 65_534),
      second + 10,
      second + 20,
      ...range(second + CONTAINER, 10, 499),
      ...range(second + 2 * CONTAINER, 1, 65_534),
    ]);
  });
});
