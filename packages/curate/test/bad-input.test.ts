import { ENVELOPE_COLUMNS, type TopicContract } from '@lean-ops/core';
import type { CurateError } from '@lean-ops/curate';
import {
  batchFromRows,
  type Catalog,
  FolderCatalog,
  MemoryStorage,
  type NewField,
  type SchemaChange,
  type Table,
} from '@lean-ops/iceberg';
import { describe, expect, test } from 'vitest';
import {
  CONTRACT,
  CURATED,
  ERRORS,
  envelope,
  PARSE_ERRORS,
  RAW,
  STANDARDIZED,
  World,
} from './support/world.js';

const LAYERS = [STANDARDIZED, PARSE_ERRORS, CURATED, ERRORS];

/** Head of every table behind RAW: what a run that fails must leave as it is. */
async function heads({ catalog }: { catalog: Catalog }): Promise<(string | null)[]> {
  return await Promise.all(
    LAYERS.map(async (identifier) =>
      (await catalog.tableExists(identifier)) ? (await catalog.loadTable(identifier)).metadataLocation : null,
    ),
  );
}

/** Runs a job that has to fail: with this error, nothing committed, and the failure in the log of runs. */
async function failure(
  world: World,
  job: 'standardize' | 'curate',
  contract = CONTRACT,
): Promise<CurateError> {
  const before = await heads(world);
  const runs = await failedRuns(world);
  const error = await world[job]({ contract }).then(
    () => {
      throw new Error('the run did not fail');
    },
    (reason: CurateError) => reason,
  );
  expect(await heads(world)).toEqual(before);
  expect(await failedRuns(world)).toBe(runs + 1);
  return error;
}

async function failedRuns(world: World): Promise<number> {
  const entries = await world.state.outbox.peek('job_runs', 1_000);
  return entries.filter(({ row }) => row['status'] === 'failed').length;
}

/** A topic of which every layer and side table has rows. */
async function filled(catalog?: Catalog): Promise<World> {
  const world = new World(catalog);
  await world.receive([
    envelope({ payload: { amount: 1, name: 'x' } }),
    envelope({ payload: { amount: 'wrong' } }),
    envelope({ json: '{' }),
  ]);
  await world.standardize({ contract: CONTRACT });
  await world.curate({ contract: CONTRACT });
  await world.receive([envelope({ payload: { amount: 2 } }), envelope({ json: '[' })]);
  return world;
}

async function rawOf(catalog: Catalog, fields: NewField[], row: Record<string, unknown>): Promise<void> {
  const raw = await catalog.createTable(RAW, { schema: { fields } });
  await raw.append(batchFromRows(raw.schema(), [row]));
}

describe('RAW', () => {
  test.each(ENVELOPE_COLUMNS.map(({ name }) => name))('without the column %s is refused', async (missing) => {
    const world = new World();
    const fields = ENVELOPE_COLUMNS.filter(({ name }) => name !== missing);
    const row: Record<string, unknown> = { ...envelope() };
    delete row[missing];
    await rawOf(world.catalog, [...fields], row);
    const error = await failure(world, 'standardize');
    expect(error).toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
      context: { table: 'raw.events_staging', column: missing },
    });
    expect(error.message).toMatch(
      new RegExp(
        `^column ${missing} of table raw.events_staging is missing, it should be \\w+: give the table that column back`,
      ),
    );
    expect(await world.catalog.tableExists(STANDARDIZED)).toBe(false);
  });

  test.each<[string, NewField['type'], unknown]>([
    ['json_payload', 'long', 1n],
    ['json_payload', 'binary', Buffer.from('{}')],
    ['json_payload', { type: 'struct', fields: [{ name: 'a', type: 'int' }] }, { a: 1 }],
    ['ingestion_ts', 'string', '2026-01-01T00:00:00Z'],
    ['publish_time', 'timestamp', '2026-01-01T00:00:00'],
  ])('with %s of type %j is refused', async (column, type, value) => {
    const world = new World();
    const fields = ENVELOPE_COLUMNS.map(
      (field): NewField => (field.name === column ? { ...field, type } : field),
    );
    await rawOf(world.catalog, fields, { ...envelope(), [column]: value });
    const error = await failure(world, 'standardize');
    expect(error).toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
      context: { table: 'raw.events_staging', column },
    });
    expect(error.message).toContain(`column ${column} of table raw.events_staging is `);
    expect(error.message).toContain('give the table that column back');
  });

  test.each(['message_id', 'json_payload', 'ingestion_ts'])('with %s optional is refused', async (column) => {
    const world = await filled();
    await (await world.raw()).updateSchema((change) => change.makeOptional(column));
    const error = await failure(world, 'standardize');
    expect(error).toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
      context: { table: 'raw.events_staging', column },
    });
    expect(error.message).toContain('is optional and should be required: give the table that column back');
  });

  test('whose columns were changed by hand is refused, and goes on when they are back', async () => {
    const world = await filled();
    await (await world.raw()).updateSchema((change) => change.renameColumn('json_payload', 'payload'));
    expect(await failure(world, 'standardize')).toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
      context: { column: 'json_payload' },
    });
    await (await world.raw()).updateSchema((change) => change.renameColumn('payload', 'json_payload'));
    expect(await world.standardize({ contract: CONTRACT })).toMatchObject({
      rowsRead: 2,
      inserted: 1,
      parseErrors: 1,
    });
  });
});

describe('a file that cannot be read', () => {
  const storage = (): { catalog: Catalog; files: MemoryStorage } => {
    const files = new MemoryStorage();
    return {
      files,
      catalog: new FolderCatalog({ warehouse: 'memory://w', storage: files, sleep: async () => undefined }),
    };
  };

  async function newestFile(table: Table): Promise<string> {
    const tasks = await table.scan().planFiles();
    return tasks.toSorted((left, right) =>
      Number(right.dataFile.dataSequenceNumber! - left.dataFile.dataSequenceNumber!),
    )[0]!.dataFile.file.filePath;
  }

  async function overwritten(
    files: MemoryStorage,
    path: string,
    damage: (bytes: Uint8Array) => Uint8Array,
  ): Promise<Uint8Array> {
    const bytes = Uint8Array.from(await files.read(path));
    await files.delete([path]);
    await files.write(path, damage(Uint8Array.from(bytes)));
    return bytes;
  }

  const zeroed = (bytes: Uint8Array): Uint8Array => bytes.fill(0, 4, bytes.length - 8);
  const cutOff = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1);

  test.each([
    ['damaged', zeroed],
    ['cut off', cutOff],
    ['empty', () => new Uint8Array(0)],
  ])(
    'in RAW, %s, is named with its table and the remedy; restored, the run goes on',
    async (_name, damage) => {
      const { catalog, files } = storage();
      const world = await filled(catalog);
      const path = await newestFile(await world.raw());
      const bytes = await overwritten(files, path, damage);
      const error = await failure(world, 'standardize');
      expect(error).toMatchObject({
        code: 'FILE_UNREADABLE',
        retryable: false,
        context: { file: path, table: 'raw.events_staging' },
        cause: { code: 'CORRUPT_FILE' },
      });
      expect(error.message).toContain(path);
      expect(error.message).toContain(
        'of table raw.events_staging cannot be read, and nothing was committed',
      );
      expect(error.message).toContain('Restore the file');
      await overwritten(files, path, () => bytes);
      expect(await world.standardize({ contract: CONTRACT })).toMatchObject({ rowsRead: 2, inserted: 1 });
    },
  );

  test('that is gone is named likewise', async () => {
    const { catalog, files } = storage();
    const world = await filled(catalog);
    const path = await newestFile(await world.raw());
    await files.delete([path]);
    expect(await failure(world, 'standardize')).toMatchObject({
      code: 'FILE_UNREADABLE',
      context: { table: 'raw.events_staging' },
      cause: { code: 'FILE_NOT_FOUND' },
    });
  });

  test('stops the reconciliation likewise', async () => {
    const { catalog, files } = storage();
    const world = await filled(catalog);
    await overwritten(files, await newestFile(await catalog.loadTable(STANDARDIZED)), zeroed);
    await expect(world.reconcile({ contract: CONTRACT })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      context: { table: 'standardized.events' },
    });
  });

  test('in Standardized stops Curated likewise', async () => {
    const { catalog, files } = storage();
    const world = await filled(catalog);
    await world.standardize({ contract: CONTRACT });
    await overwritten(files, await newestFile(await catalog.loadTable(STANDARDIZED)), zeroed);
    expect(await failure(world, 'curate')).toMatchObject({
      code: 'FILE_UNREADABLE',
      context: { table: 'standardized.events' },
    });
  });
});

describe('a contract that names a path twice', () => {
  const columns = { ...CONTRACT.columns, price: { type: 'double', path: '$.amount' } } as const;
  const alias = { ...CONTRACT.columns, name: { type: 'string', aliases: ["$['name']"] } } as const;

  test.each<[string, TopicContract['columns'], RegExp]>([
    ['in two columns', columns, /^contract columns amount and price both name \$\.amount: .+ take it away/],
    ['in one column', alias, /^contract column name names \$\.name twice, as path and alias: take one away/],
  ])('%s is refused by both jobs', async (_name, named, message) => {
    const world = await filled();
    const contract = { ...CONTRACT, version: '1.0.1', columns: named };
    for (const job of ['standardize', 'curate'] as const) {
      const error = await failure(world, job, contract);
      expect(error.code).toBe('CONTRACT_INVALID');
      expect(error.message).toMatch(message);
      await world[job]({ contract: CONTRACT });
      await world.receive([envelope({ payload: { amount: 3 } })]);
    }
  });
});

describe('a contract that names a path below the depth limit', () => {
  const columns = CONTRACT.columns;
  const deep = '$.a.b.c.d.e.f';

  test.each<[string, Partial<TopicContract>, string]>([
    [
      'as a column',
      { columns: { ...columns, f: { type: 'int', path: deep } } },
      'column f names $.a.b.c.d.e.f',
    ],
    ['as an alias', { columns: { ...columns, f: { type: 'int', aliases: [deep] } } }, 'column f names $.a.b'],
    ['as its key', { key: deep }, 'key names $.a.b.c.d.e.f'],
    ['as its order', { orderBy: ['publish_time', "$.a.b.c['d'].e.f"] }, 'orderBy names $.a.b.c.d.e.f'],
    ['that it sets', { flatten: { maxDepth: 1 }, orderBy: ['$.a.b'] }, 'orderBy names $.a.b'],
  ])('%s is refused by both jobs before anything is read', async (_name, named, message) => {
    const { maxDepth = 5 } = named.flatten ?? {};
    const world = new World();
    for (const job of ['standardize', 'curate'] as const) {
      const error = await failure(world, job, { ...CONTRACT, ...named });
      expect(error).toMatchObject({ code: 'CONTRACT_INVALID', context: { maxDepth, depth: maxDepth + 1 } });
      expect(error.message.startsWith(`the contract's ${message}`)).toBe(true);
      expect(error.message).toContain(`flatten.maxDepth is ${maxDepth}`);
      expect(error.message).toContain(`Raise it to ${maxDepth + 1}`);
    }
  });

  test('is taken at the limit, where a text and an object of the same bytes are the same', async () => {
    const contract: TopicContract = {
      ...CONTRACT,
      orderBy: ['$.a.b.c.d.e', 'publish_time'],
      columns: { e: { type: 'string', path: '$.a.b.c.d.e' } },
    };
    const versions = [
      envelope({ idempotency_key: 'k', sent: 1, json: '{"a":{"b":{"c":{"d":{"e":"{\\"f\\":5}"}}}}}' }),
      envelope({ idempotency_key: 'k', sent: 2, json: '{"a":{"b":{"c":{"d":{"e":{"f":5}}}}}}' }),
      envelope({ idempotency_key: 'k', sent: 3, json: '{"a":{"b":{"c":{"d":{"e":{"f":3}}}}}}' }),
    ];
    for (const split of [[[0, 1, 2]], [[0], [1], [2]], [[2], [1], [0]], [[1], [0, 2]]]) {
      const world = new World();
      for (const part of split) {
        await world.receive(part.map((place) => versions[place]!));
        await world.standardize({ contract });
        await world.curate({ contract });
      }
      const [row] = await world.rows(STANDARDIZED);
      expect(row).toMatchObject({ message_id: versions[1]!.message_id });
      expect(await world.rows(CURATED)).toMatchObject([{ e: '{"f":5}' }]);
    }
  });
});

describe('a table whose schema was changed by hand', () => {
  type Change = [what: string, table: typeof RAW, column: string, change: (change: SchemaChange) => unknown];

  const CHANGES: Change[] = [
    ['lost a payload column', STANDARDIZED, 'name', (change) => change.dropColumn('name')],
    ['had a payload column renamed', STANDARDIZED, 'name', (change) => change.renameColumn('name', 'title')],
    ['got a column', STANDARDIZED, 'note', (change) => change.addColumn('note', 'string')],
    ['lost a column of ours', STANDARDIZED, '_seen', (change) => change.dropColumn('_seen')],
    [
      'lost an envelope column',
      STANDARDIZED,
      'correlation_id',
      (change) => change.dropColumn('correlation_id'),
    ],
    [
      'had a payload column retyped',
      STANDARDIZED,
      'amount',
      (change) => change.dropColumn('amount').addColumn('amount', 'decimal(10,2)'),
    ],
    ['lost a column', PARSE_ERRORS, 'byte_offset', (change) => change.dropColumn('byte_offset')],
  ];

  test.each(CHANGES)(
    '%s (%j, column %s) stops the Standardized job',
    async (_what, identifier, column, change) => {
      const world = await filled();
      const table = await world.catalog.loadTable(identifier);
      await table.updateSchema(change);
      const error = await failure(world, 'standardize');
      const name = `${identifier.namespace}.${identifier.name}`;
      expect(error).toMatchObject({ code: 'TABLE_SCHEMA_MISMATCH', context: { table: name, column } });
      expect(error.message).toMatch(
        new RegExp(`^column ${column} of table ${name} .+: only the jobs change this table: undo`),
      );
    },
  );

  test('Standardized without the record of its paths is refused', async () => {
    const world = await filled();
    const table = await world.catalog.loadTable(STANDARDIZED);
    await table.transaction().setProperties({ 'lean-ops.column-paths': null }).commit();
    expect(await failure(world, 'standardize')).toMatchObject({ code: 'TABLE_SCHEMA_MISMATCH' });
  });

  const CURATED_CHANGES: Change[] = [
    ['lost a payload column', STANDARDIZED, 'name', (change) => change.dropColumn('name')],
    ['lost a column of ours', CURATED, '_schema_version', (change) => change.dropColumn('_schema_version')],
    [
      'had a column of ours retyped',
      CURATED,
      '_payload_hash',
      (change) => change.dropColumn('_payload_hash').addColumn('_payload_hash', 'string'),
    ],
    [
      'had a contract column retyped',
      CURATED,
      'name',
      (change) => change.dropColumn('name').addColumn('name', 'long'),
    ],
    ['lost a column', ERRORS, 'row', (change) => change.dropColumn('row')],
    [
      'had a column retyped',
      ERRORS,
      'failures',
      (change) => change.dropColumn('failures').addColumn('failures', 'string'),
    ],
  ];

  test.each(CURATED_CHANGES)(
    '%s (%j, column %s) stops the Curated job',
    async (_what, identifier, column, change) => {
      const world = await filled();
      await world.standardize({ contract: CONTRACT });
      const table = await world.catalog.loadTable(identifier);
      await table.updateSchema(change);
      const error = await failure(world, 'curate');
      const name = `${identifier.namespace}.${identifier.name}`;
      expect(error).toMatchObject({ code: 'TABLE_SCHEMA_MISMATCH', context: { table: name, column } });
      expect(error.message).toMatch(/undo the change|deploy the contract/);
    },
  );

  test('goes on where the change is undone', async () => {
    const world = await filled();
    const table = await world.catalog.loadTable(STANDARDIZED);
    await table.updateSchema((change) => change.renameColumn('name', 'title'));
    await failure(world, 'standardize');
    await expect(world.reconcile({ contract: CONTRACT })).rejects.toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
    });
    const changed = await world.catalog.loadTable(STANDARDIZED);
    await changed.updateSchema((change) => change.renameColumn('title', 'name'));
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
    expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
  });

  test('an optional column added to Curated does no harm', async () => {
    const world = await filled();
    const table = await world.catalog.loadTable(CURATED);
    await table.updateSchema((change) => change.addColumn('note', 'string'));
    await world.standardize({ contract: CONTRACT });
    expect(await world.curate({ contract: CONTRACT })).toMatchObject({ inserted: 1 });
  });
});

test('one bad row never fails a batch, whatever is bad about it', async () => {
  const world = new World();
  const bad = [
    envelope({ json: '' }),
    envelope({ json: 'null' }),
    envelope({ json: '{"amount":1' }),
    envelope({ json: '{"amount":1}\u0000' }),
    envelope({ json: '[{"amount":1}]' }),
    envelope({ json: `${'{"a":'.repeat(3_000)}1${'}'.repeat(2_999)}` }),
    envelope({ json: '{"amount":"\\ud800"}' }),
    envelope({ payload: { amount: 'x'.repeat(1_000_000) } }),
    envelope({ payload: { amount: { deep: true } } }),
    envelope({ payload: { amount: 1, last_updated_ts: 'yesterday' } }),
    envelope({ payload: {} }),
  ];
  await world.receive([envelope({ idempotency_key: 'good', payload: { amount: 1 } }), ...bad]);
  expect(await world.standardize({ contract: CONTRACT })).toMatchObject({ parseErrors: 6, inserted: 6 });
  const report = await world.curate({ contract: CONTRACT });
  expect(report).toMatchObject({ inserted: 1, failed: 5 });
  expect((await world.rows(CURATED)).map((row) => row['_merge_key'])).toEqual(['k:good']);
  expect((await world.reconcile({ contract: CONTRACT })).differences).toEqual([]);
});
