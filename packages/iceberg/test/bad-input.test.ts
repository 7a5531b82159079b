import { beforeEach, describe, expect, test } from 'vitest';
import {
  type CreateTableOptions,
  eq,
  FolderCatalog,
  IcebergError,
  type IcebergErrorCode,
  MemoryCatalog,
  MemoryStorage,
  type NewField,
  type Table,
} from '../src/index.js';
import { type ForeignTable, foreignTable, openForeign, parquet } from './support/foreign-table.js';

const ID = { namespace: 'raw', name: 'orders' };
const LONG_ID = { id: 1, name: 'id', required: false, type: 'long' } as const;

let storage: MemoryStorage;
let catalog: MemoryCatalog;
let table: Table;
/** A snapshot of the table that has expired. */
let expired: bigint;

beforeEach(async () => {
  storage = new MemoryStorage();
  catalog = new MemoryCatalog({ storage, sleep: async () => undefined });
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'amount', type: 'decimal(9, 2)' },
        { name: 'place', type: { type: 'struct', fields: [{ name: 'x', type: 'int' }] } },
      ],
    },
  });
  expired = (await table.append([{ id: 1 }])).snapshotId!;
  await (await table.refresh()).append([{ id: 2 }]);
  await (await table.refresh()).expireSnapshots({ snapshotIds: [expired] });
  table = await table.refresh();
});

const read = async (scan: { rows(): AsyncIterable<unknown> }): Promise<void> => {
  for await (const row of scan.rows()) void row;
};
const create = (options: CreateTableOptions): Promise<Table> =>
  catalog.createTable({ namespace: 'raw', name: 'other' }, options);
const withField = (field: NewField): CreateTableOptions => ({ schema: { fields: [field] } });
const filesNow = async (): Promise<string[]> => {
  const paths: string[] = [];
  for await (const { path } of storage.list('memory://')) paths.push(path);
  return paths.sort();
};
const failureOf = async (work: () => unknown): Promise<IcebergError> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof IcebergError) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
};

type Refusal = readonly [
  name: string,
  work: () => unknown,
  code: IcebergErrorCode,
  /** What was wrong, and what to do. */
  message: RegExp,
];

const COLUMNS = /no column "nope".*id, amount, place/;

const REFUSALS: readonly Refusal[] = [
  ['an unknown column to read', () => table.scan({ columns: ['nope'] }), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one to filter by', () => table.scan({ filter: eq('nope', 1) }), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one in a changelog', () => table.changelogScan({ key: ['nope'] }), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one to write', () => table.append([{ id: 3, nope: 1 }]), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one as a key', () => table.upsert([{ id: 3 }], { key: ['nope'] }), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one to delete by', () => table.delete({ filter: eq('nope', 1) }), 'COLUMN_NOT_FOUND', COLUMNS],
  [
    'one to drop',
    () => table.updateSchema((change) => change.dropColumn('nope')),
    'COLUMN_NOT_FOUND',
    COLUMNS,
  ],
  ['one to sort by', () => table.replaceSortOrder(['nope']), 'COLUMN_NOT_FOUND', COLUMNS],
  ['one to compact by', () => table.compact({ filter: eq('nope', 1) }), 'COLUMN_NOT_FOUND', COLUMNS],
  [
    'a value of the wrong type to filter by',
    () => table.scan({ filter: eq('id', 'x') }),
    'TYPE_MISMATCH',
    /"x" does not fit column "id" of type long/,
  ],
  [
    'one to write',
    () => table.append([{ id: 3, amount: '1.234' }]),
    'TYPE_MISMATCH',
    /"1.234" does not fit column "amount" of type decimal\(9, 2\)/,
  ],
  [
    'one inside of a struct',
    () => table.append([{ id: 3, place: { x: 'far' } }]),
    'TYPE_MISMATCH',
    /"far" does not fit column "place.x" of type int/,
  ],
  [
    'no value for a required column',
    () => table.append([{ amount: '1' }]),
    'REQUIRED_VALUE_MISSING',
    /Column "id" is required.*give one, or make the column optional/,
  ],
  [
    'a type that cannot be narrowed',
    () => table.updateSchema((change) => change.widenColumn('id', 'int')),
    'INCOMPATIBLE_EVOLUTION',
    /"id".*long.*int/,
  ],
  [
    'a column that is there',
    () => table.updateSchema((change) => change.addColumn('id', 'int')),
    'INCOMPATIBLE_EVOLUTION',
    /"id" is already there as long; choose another name/,
  ],
  [
    'a reserved name',
    () => table.updateSchema((change) => change.addColumn('_row_id', 'long')),
    'INVALID_NAME',
    /"_row_id" is reserved for a metadata column; choose another/,
  ],
  [
    'one in a new table',
    () => create(withField({ name: '_file', type: 'string' })),
    'INVALID_NAME',
    /raw\.other: .*"_file" is reserved for a metadata column; choose another/,
  ],
  [
    'a type that does not exist',
    () => create(withField({ name: 'a', type: 'strin' as 'string' })),
    'UNSUPPORTED_FEATURE',
    /raw\.other: .*"strin"/,
  ],
  [
    'a transform that is not known',
    () => table.updatePartitioning((change) => change.addField('zorder(id)')),
    'INVALID_ARGUMENT',
    /"zorder\(id\)" is not valid: expected a column, .*bucket\(n, column\)/,
  ],
  [
    'a transform that does not fit',
    () => create({ ...withField({ name: 'a', type: 'string' }), partitionBy: ['day(a)'] }),
    'INVALID_ARGUMENT',
    /raw\.other: .*day cannot be applied to a column of type string/,
  ],
  [
    'a snapshot that does not exist',
    () => table.scan({ snapshotId: 42n }),
    'SNAPSHOT_NOT_FOUND',
    /no snapshot 42: it never had one, or it was expired/,
  ],
  [
    'one to roll back to',
    () => table.rollbackTo({ snapshotId: 42n }),
    'SNAPSHOT_NOT_FOUND',
    /no snapshot 42/,
  ],
  [
    'a time before the first snapshot',
    () => table.scan({ asOf: '1999-01-01' }),
    'SNAPSHOT_NOT_FOUND',
    /1999-01-01T00:00:00.000Z: .* has a snapshot log from/,
  ],
  [
    'an expired snapshot to begin after',
    () => read(table.incrementalScan({ fromSnapshotId: expired })),
    'SNAPSHOT_EXPIRED',
    /expired or rolled back. Read the whole table/,
  ],
  [
    'one of a changelog',
    () => read(table.changelogScan({ fromSnapshotId: expired })),
    'SNAPSHOT_EXPIRED',
    /expired or rolled back. Read the whole table/,
  ],
  [
    'a ref that does not exist',
    () => table.scan({ ref: 'nope' }),
    'REF_NOT_FOUND',
    /no branch or tag "nope"; it has main/,
  ],
  [
    'a branch to write to that does not exist',
    () => table.append([{ id: 3 }], { branch: 'nope' }),
    'REF_NOT_FOUND',
    /no branch "nope"; create it first/,
  ],
  [
    'a format version that is not known',
    () => table.upgradeFormatVersion(4 as 3),
    'UNSUPPORTED_FORMAT_VERSION',
    /version 4; versions up to 3 are known/,
  ],
];

describe('a request is refused before anything is written, naming the table, the value and what to do', () => {
  test.each(REFUSALS)('%s', async (_name, work, code, message) => {
    const before = await filesNow();
    const error = await failureOf(work);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/raw[./](orders|other)/);
    expect(error.retryable).toBe(false);
    expect(await filesNow()).toEqual(before);
    expect((await table.refresh()).metadataLocation).toBe(table.metadataLocation);
  });

  test('the changes made before one that is refused are still there to be committed', async () => {
    const transaction = table.transaction();
    await transaction.append([{ id: 3 }]);
    expect(await failureOf(() => transaction.append([{ nope: 1 }]))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      context: { column: 'nope', table: 'raw.orders' },
    });
    expect(await failureOf(() => transaction.addColumns([{ name: '_pos', type: 'long' }]))).toMatchObject({
      code: 'INVALID_NAME',
      context: { table: 'raw.orders' },
    });
    expect(await (await transaction.commit()).table.scan().count()).toBe(3);
  });
});

/** The table with its metadata changed. */
function edited(foreign: ForeignTable, change: (document: { snapshots: object[] }) => void): ForeignTable {
  const document = JSON.parse(new TextDecoder().decode(foreign.files.get(foreign.metadataLocation)));
  change(document);
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  return { ...foreign, files: new Map([...foreign.files, [foreign.metadataLocation, bytes]]) };
}

/** The table in a catalog that could publish a commit. */
async function writable(foreign: ForeignTable): Promise<Table> {
  const files = new MemoryStorage();
  // The Hadoop layout, its metadata being version 1.
  for (const [path, bytes] of foreign.files)
    await files.write(path.replace('memory://t/', 'memory://w/n/t/'), bytes);
  return new FolderCatalog({ warehouse: 'memory://w', storage: files }).loadTable({
    namespace: 'n',
    name: 't',
  });
}

describe('a table that needs what is lacking is refused', () => {
  const keys = [{ 'key-id': 'k', 'encrypted-key-metadata': 'c2VjcmV0' }];
  const encrypted = (): ForeignTable =>
    edited(foreignTable({ formatVersion: 3, fields: [LONG_ID], files: [] }), (document) => {
      Object.assign(document, { 'encryption-keys': keys });
      Object.assign(document.snapshots[0]!, { 'key-id': 'k', 'first-row-id': 0, 'added-rows': 0 });
    });

  test('by its encryption keys, to be read and to be written', async () => {
    expect(await failureOf(async () => read((await openForeign(encrypted())).scan()))).toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
      context: { feature: 'encryption', file: 's3://elsewhere/t/metadata/list.avro' },
      message: expect.stringMatching(
        /encrypted, which cannot be read; use an engine that has the table's keys/,
      ),
    });
    const open = await writable(encrypted());
    for (const work of [
      () => open.append([{ id: 1 }]),
      () => open.delete({ filter: eq('id', 1) }),
      () => open.upsert([{ id: 1 }], { key: ['id'] }),
    ]) {
      expect(await failureOf(work)).toMatchObject({
        code: 'UNSUPPORTED_FEATURE',
        context: { feature: 'encryption', location: 's3://elsewhere/t' },
        message: expect.stringMatching(/cannot be written.*Use an engine that has its keys/),
      });
    }
  });

  test('by the property that names its key', async () => {
    const foreign = foreignTable({ fields: [LONG_ID], files: [], properties: { 'encryption.key-id': 'k' } });
    expect(await failureOf(async () => (await writable(foreign)).append([{ id: 1 }]))).toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
      context: { feature: 'encryption' },
    });
  });

  test('by the key of a data file', async () => {
    const bytes = await parquet([LONG_ID], [{ id: 1n }]);
    const extra = { key_metadata: Buffer.from([1]) };
    const file = { path: 'data/a.parquet', bytes, rows: 1, sequence: 1, extra };
    const opened = await openForeign(foreignTable({ fields: [LONG_ID], files: [file] }));
    for (const work of [() => read(opened.scan()), () => read(opened.changelogScan())]) {
      expect(await failureOf(work)).toMatchObject({
        code: 'UNSUPPORTED_FEATURE',
        context: { feature: 'encryption', file: 's3://elsewhere/t/data/a.parquet' },
      });
    }
  });

  test('by a transform that is not known, to be written but not to be read', async () => {
    const specs = [
      { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1000, name: 'cell', transform: 'zorder[3]' }] },
    ];
    const open = await writable(foreignTable({ fields: [LONG_ID], specs, files: [] }));
    await read(open.scan());
    expect(await failureOf(() => open.append([{ id: 1 }]))).toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
      context: { feature: 'zorder[3]', location: 's3://elsewhere/t' },
      message: expect.stringMatching(/"cell".*zorder\[3\].*Write with an engine that knows the transform/),
    });
    expect(
      await failureOf(() => open.updatePartitioning((change) => change.addField('bucket(4, id)'))),
    ).toMatchObject({
      code: 'UNSUPPORTED_FEATURE',
      message: expect.stringMatching(/Table n\.t: .*zorder\[3\].*the engine that made it/),
    });
  });

  test.each(['ORC', 'AVRO'])('by data files in the format %s', async (format) => {
    const bytes = await parquet([LONG_ID], [{ id: 1n }]);
    const file = { path: 'data/a.orc', bytes, rows: 1, sequence: 1, format };
    const opened = await openForeign(foreignTable({ fields: [LONG_ID], files: [file] }));
    for (const work of [() => read(opened.scan()), () => read(opened.changelogScan())]) {
      expect(await failureOf(work)).toMatchObject({
        code: 'UNSUPPORTED_FILE_FORMAT',
        context: { file: 's3://elsewhere/t/data/a.orc', format },
        message: expect.stringMatching(/only Parquet can be read; rewrite the table's files as Parquet/),
      });
    }
  });

  test('by a format version of the future', async () => {
    const foreign = edited(foreignTable({ fields: [LONG_ID], files: [] }), (document) => {
      Object.assign(document, { 'format-version': 4 });
    });
    expect(await failureOf(() => openForeign(foreign))).toMatchObject({
      code: 'UNSUPPORTED_FORMAT_VERSION',
      message: expect.stringMatching(/v1\.metadata\.json.*4/),
    });
  });
});
