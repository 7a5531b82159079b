import {
  batchFromRows,
  type FolderCatalog,
  gtEq,
  type NewField,
  stageReplacement,
  type Table,
} from '../../src/index.js';

/** Tables that other readers must read as we do: each builder writes one and gives it at its last version. */
export const TABLE_SHAPES: Record<string, (catalog: FolderCatalog) => Promise<Table>> = {
  'every primitive type': (catalog) => everyType(catalog),
  'every primitive type but time': (catalog) => everyType(catalog, ['clock']),
  'partitioned by identity and day': (catalog) => partitioned(catalog, ['region', 'day(at)']),
  'partitioned by month': (catalog) => partitioned(catalog, ['month(at)']),
  'partitioned by year': (catalog) => partitioned(catalog, ['year(at)']),
  'partitioned by hour': (catalog) => partitioned(catalog, ['hour(at)']),
  'partitioned by buckets of every kind': (catalog) =>
    partitioned(catalog, ['bucket(3, id)', 'bucket(2, region)', 'bucket(2, price)', 'bucket(2, at)']),
  'partitioned by truncation': (catalog) =>
    partitioned(catalog, ['truncate(2, region)', 'truncate(10, id)', 'truncate(50, price)']),
  'partitioned by a decimal and a date': (catalog) => partitioned(catalog, ['price', 'on']),
  'with position deletes of several commits': withDeletes,
  'evolved between commits': evolved,
  upserted: upserted,
  'replaced in place by one of other columns and partitions': (catalog) => replaced(catalog, 2),
  'of version 3, replaced in place': (catalog) => replaced(catalog, 3),
  'without snapshots': (catalog) =>
    catalog.createTable({ namespace: 'shapes', name: 'empty' }, { schema: { fields: SALES } }),
  'with an empty snapshot only': emptySnapshot,
  'with nested columns': nested,
  'with merged manifests': mergedManifests,
};

const SALES: NewField[] = [
  { name: 'id', type: 'long', required: true },
  { name: 'region', type: 'string', doc: 'where it was sold' },
  { name: 'price', type: 'decimal(12, 2)' },
  { name: 'on', type: 'date' },
  { name: 'at', type: 'timestamptz' },
];

const REGIONS = ['north', 'south & east', 'ünïcode/€ %41', null, '', '😀 emoji', 'a=b'];

function sale(index: number): Record<string, unknown> {
  return {
    id: BigInt(index),
    region: REGIONS[index % REGIONS.length],
    price:
      index % 11 === 0
        ? null
        : `${index % 2 === 0 ? '-' : ''}${index % 5}.${String(index % 100).padStart(2, '0')}`,
    on: index % 6 === 0 ? null : new Date((index - 20) * 86_400_000 * 30),
    // Spread around 1970, where transforms must round towards the past.
    at: new Date((index - 20) * 86_400_000 * 17 - 1),
  };
}

const sales = (count: number, from = 0) => Array.from({ length: count }, (_, index) => sale(from + index));

let serial = 0;

function create(
  catalog: FolderCatalog,
  fields: readonly NewField[],
  partitionBy: readonly string[] = [],
): Promise<Table> {
  serial++;
  return catalog.createTable(
    { namespace: 'shapes', name: `t${serial}` },
    { schema: { fields }, partitionBy },
  );
}

async function partitioned(catalog: FolderCatalog, partitionBy: readonly string[]): Promise<Table> {
  const table = await create(catalog, SALES, partitionBy);
  return (await table.append(batchFromRows(table.schema(), sales(60)))).table;
}

async function everyType(catalog: FolderCatalog, without: readonly string[] = []): Promise<Table> {
  const columns: NewField[] = [
    { name: 'b', type: 'boolean' },
    { name: 'i', type: 'int' },
    { name: 'l', type: 'long' },
    { name: 'f', type: 'float' },
    { name: 'd', type: 'double' },
    { name: 'small', type: 'decimal(9, 2)' },
    { name: 'middle', type: 'decimal(18, 0)' },
    { name: 'large', type: 'decimal(38, 10)' },
    { name: 'day', type: 'date' },
    { name: 'clock', type: 'time' },
    { name: 'local', type: 'timestamp' },
    { name: 'instant', type: 'timestamptz' },
    { name: 's', type: 'string' },
    { name: 'u', type: 'uuid' },
    { name: 'fixed', type: 'fixed[3]' },
    { name: 'bytes', type: 'binary' },
  ];
  const table = await create(
    catalog,
    columns.filter((column) => !without.includes(column.name)),
  );
  const rows: Record<string, unknown>[] = [
    {
      b: true,
      i: -(2 ** 31),
      l: -(2n ** 63n),
      f: 1.5,
      d: 0.1,
      small: '-1234567.89',
      middle: '999999999999999999',
      large: '-9999999999999999999999999999.9999999999',
      day: '1969-12-31',
      clock: '23:59:59.999999',
      local: '1969-12-31T23:59:59.999999',
      instant: '0001-01-01T00:00:00.000001Z',
      s: 'ünïcode 😀 "quoted" \\ \n line',
      u: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
      fixed: Uint8Array.of(0, 128, 255),
      bytes: Uint8Array.of(255, 0),
    },
    {
      b: false,
      i: 2 ** 31 - 1,
      l: 2n ** 63n - 1n,
      f: Number.NaN,
      d: Number.NEGATIVE_INFINITY,
      small: '0',
      middle: '-1',
      large: '0.0000000001',
      day: '2400-02-29',
      clock: '00:00:00',
      local: '2026-11-23T05:30:00.123456',
      instant: '2026-11-23T05:30:00.123456Z',
      s: '',
      u: '00000000-0000-0000-0000-000000000000',
      fixed: Uint8Array.of(1, 2, 3),
      bytes: new Uint8Array(0),
    },
    { d: -0, f: Number.POSITIVE_INFINITY },
    {},
  ];
  const kept = rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !without.includes(name))),
  );
  return (await table.append(batchFromRows(table.schema(), kept))).table;
}

async function withDeletes(catalog: FolderCatalog): Promise<Table> {
  let table = await partitioned(catalog, ['region']);
  for (const least of [50, 30]) {
    const transaction = table.transaction();
    for await (const row of table
      .scan({ columns: ['_file', '_pos'], filter: gtEq('id', least), limit: 7 })
      .rows()) {
      await transaction.deletePositions([
        { file: row['_file'] as string, positions: [row['_pos'] as bigint] },
      ]);
    }
    table = (await transaction.commit()).table;
  }
  return table;
}

async function evolved(catalog: FolderCatalog): Promise<Table> {
  let table = await create(catalog, SALES.slice(0, 2));
  table = (await table.append(batchFromRows(table.schema(), [{ id: 1n, region: 'old' }]))).table;
  const transaction = table.transaction().addColumns([
    { name: 'added', type: 'string' },
    { name: 'score', type: 'double', doc: 'between 0 and 1' },
  ]);
  table = (await transaction.commit()).table;
  const rows = [{ id: 2n, region: 'new', added: 'value', score: 0.5 }];
  return (await table.append(batchFromRows(table.schema(), rows))).table;
}

async function upserted(catalog: FolderCatalog): Promise<Table> {
  let table = await partitioned(catalog, ['bucket(4, id)']);
  for (const from of [55, 10]) {
    const rows = sales(10, from).map((row) => ({ ...row, region: `replaced ${from}` }));
    table = (await table.upsert(batchFromRows(table.schema(), rows), { key: ['id'] })).table;
  }
  const keys = batchFromRows({ schemaId: 0, fields: table.schema().fields.slice(0, 1) }, [
    { id: 3n },
    { id: 60n },
  ]);
  const transaction = table.transaction();
  await transaction.deleteKeys(keys, { key: ['id'] });
  return (await transaction.commit()).table;
}

async function emptySnapshot(catalog: FolderCatalog): Promise<Table> {
  const table = await create(catalog, SALES);
  return (await table.transaction({ emptySnapshot: true, summary: { note: 'nothing' } }).commit()).table;
}

async function nested(catalog: FolderCatalog): Promise<Table> {
  const table = await create(catalog, [
    { name: 'id', type: 'int' },
    { name: 'tags', type: { type: 'list', element: 'string' } },
    {
      name: 'failures',
      type: {
        type: 'list',
        element: {
          type: 'struct',
          fields: [
            { name: 'column', type: 'string' },
            { name: 'code', type: 'long' },
          ],
        },
      },
    },
    { name: 'counts', type: { type: 'map', key: 'string', value: 'long' } },
    { name: 'place', type: { type: 'struct', fields: [{ name: 'lat', type: 'double' }] } },
  ]);
  const rows = [
    {
      id: 1,
      tags: ['a', null, 'b'],
      failures: [
        { column: 'x', code: 1n },
        { column: null, code: 2n },
      ],
      counts: { a: 1n, b: null },
      place: { lat: 1.5 },
    },
    { id: 2, tags: [], failures: [], counts: {}, place: { lat: null } },
    // No null list of structs: PyIceberg 0.12 shows one as empty (pyarrow, DuckDB and Spark show null).
    { id: 3, failures: [] },
  ];
  return (await table.append(batchFromRows(table.schema(), rows))).table;
}

async function mergedManifests(catalog: FolderCatalog): Promise<Table> {
  serial++;
  let table = await catalog.createTable(
    { namespace: 'shapes', name: `t${serial}` },
    {
      schema: { fields: SALES },
      partitionBy: ['region'],
      properties: { 'commit.manifest.min-count-to-merge': '3' },
    },
  );
  for (let commit = 0; commit < 8; commit++) {
    const rows = batchFromRows(table.schema(), sales(4, commit * 3));
    table = (await table.upsert(rows, { key: ['id'] })).table;
  }
  return table;
}

/** The replacement has the name of a column that was there, with another type, and deleted rows. */
async function replaced(catalog: FolderCatalog, formatVersion: 2 | 3): Promise<Table> {
  serial++;
  const created = await catalog.createTable(
    { namespace: 'shapes', name: `t${serial}` },
    { schema: { fields: SALES }, partitionBy: ['region'], formatVersion },
  );
  const { table } = await created.append(batchFromRows(created.schema(), sales(9)));
  const staged = await stageReplacement(
    { table, folder: 'rebuild-2' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'string', required: true },
          { name: 'amount', type: 'decimal(10,2)' },
        ],
      },
      partitionBy: ['truncate(1, id)'],
    },
  );
  const rows = ['a1', 'a2', 'b1', 'b2'].map((id, row) => ({ id, amount: `${row}.50` }));
  const first = await staged.append(rows);
  const second = await first.table.upsert([{ id: 'a2', amount: '99.00' }], { key: ['id'] });
  return (await table.replaceWith(second.table, { keepAs: { tag: 'before', forMs: 1000 } })).table;
}
