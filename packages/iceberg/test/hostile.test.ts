import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { FIXTURES_MISSING, suiteWhere } from '../../../test/support/suite-where.js';
import { gtEq, IcebergError, MemoryCatalog, MemoryStorage, openTable, type Table } from '../src/index.js';
import { ParquetFileReader } from '../src/parquet/parquet-file-reader.js';
import { deletionVectorTable } from './support/deletion-vector-table.js';
import { FIXTURES, filesBelow, haveFixtures } from './support/fixtures.js';

/** Mutations of each kind of file. */
const full = process.env['LEAN_OPS_TEST'] === 'full';
const RUNS = full ? 1500 : 60;
vi.setConfig({ testTimeout: full ? 900_000 : 60_000 });
const MOST_MEGABYTES = 512;
const SLOWEST_MS = 5000;

/** What happens to a file: it is cut short, or bits of it are flipped; places are fractions of its length. */
interface Mutation {
  cut: number | null;
  flips: { at: number; bit: number }[];
}

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const flip = fc.record({
  // Footers and headers hold the lengths, so the ends of a file are hit more often.
  at: fc.oneof(
    place,
    place.map((value) => value ** 4),
    place.map((value) => 1 - value ** 4 / 1.0001),
  ),
  bit: fc.integer({ min: 0, max: 7 }),
});
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ cut: place, flips: fc.constant<Mutation['flips']>([]) }) },
  {
    weight: 4,
    arbitrary: fc.record({ cut: fc.constant(null), flips: fc.array(flip, { minLength: 1, maxLength: 5 }) }),
  },
);

function mutate(bytes: Uint8Array, { cut, flips }: Mutation): Uint8Array {
  const copy = bytes.slice(0, cut === null ? bytes.length : Math.floor(cut * bytes.length));
  for (const { at, bit } of flips) {
    const index = Math.min(copy.length - 1, Math.floor(at * copy.length));
    if (index >= 0) copy[index]! ^= 1 << bit;
  }
  return copy;
}

interface HostileTable {
  files: Map<string, Uint8Array>;
  metadataLocation: string;
  /** What else is read of it. */
  read?: (opened: Table) => Promise<void>;
}

/** Reads a table with one of its files changed: any rows, or an error of ours. */
async function readMutated(table: HostileTable, path: string, change: Mutation): Promise<'read' | 'refused'> {
  const storage = new MemoryStorage();
  for (const [name, bytes] of table.files)
    await storage.write(name, name === path ? mutate(bytes, change) : bytes);
  const began = performance.now();
  try {
    const opened = await openTable({ metadataLocation: table.metadataLocation, storage });
    for await (const row of opened.scan().rows()) void row;
    await opened.scan({ columns: [] }).count();
    await table.read?.(opened);
    return 'read';
  } catch (error) {
    if (!(error instanceof IcebergError)) throw error;
    return 'refused';
  } finally {
    expect(performance.now() - began).toBeLessThan(SLOWEST_MS);
    expect(process.memoryUsage().rss / 1e6).toBeLessThan(MOST_MEGABYTES);
  }
}

async function attack(table: HostileTable, wanted: (path: string) => boolean): Promise<void> {
  const paths = [...table.files.keys()].filter(wanted);
  expect(paths.length).toBeGreaterThan(0);
  const outcomes = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), mutation, async (path, change) => {
      outcomes[await readMutated(table, path, change)]++;
    }),
    { numRuns: RUNS, seed: 20_261_123 },
  );
  // Were nothing refused, the mutations would not reach what is read.
  expect(outcomes.refused).toBeGreaterThan(RUNS / 20);
}

function fixtureTable(folder: string, metadataFile: string): HostileTable {
  const files = new Map<string, Uint8Array>();
  for (const name of filesBelow(folder, '')) {
    if (/\.(parquet|avro|json)$/.test(name))
      files.set(`memory://t/${name}`, new Uint8Array(readFileSync(join(FIXTURES, folder, name))));
  }
  return { files, metadataLocation: `memory://t/metadata/${metadataFile}` };
}

const withFixtures = (title: string, body: () => void): void =>
  suiteWhere(haveFixtures() ? null : FIXTURES_MISSING, title, body);

withFixtures('a table with a damaged file is read or refused, never worse', () => {
  const bunnies = (): HostileTable => fixtureTable('iceberg/java_bunnies', 'v5.metadata.json');
  const partitioned = (): HostileTable =>
    fixtureTable('iceberg/equality_deletes/warehouse/mydb/mytable_partitioned', 'v6.metadata.json');

  test('metadata JSON', async () => {
    await attack(bunnies(), (path) => path.endsWith('/v5.metadata.json'));
  });

  test('manifest lists', async () => {
    await attack(bunnies(), (path) => path.includes('/snap-9158179788527662767'));
  });

  test('manifests', async () => {
    await attack(partitioned(), (path) => path.endsWith('-m0.avro'));
  });

  test('Parquet data and delete files', async () => {
    await attack(partitioned(), (path) => path.endsWith('.parquet'));
    await attack(bunnies(), (path) => path.endsWith('.parquet'));
  });

  test('Parquet files read in ranges', async () => {
    const bytes = new Uint8Array(
      readFileSync(join(FIXTURES, 'iceberg/java_bunnies/data/bunnies-initial.parquet')),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const damaged = mutate(bytes, change);
        try {
          const reader = await ParquetFileReader.open({
            path: 'p',
            size: damaged.length,
            read: async (start, end) => damaged.slice(start, end),
          });
          const columns = reader.schema.fields.slice(1, 4).map((field) => field.name);
          for (const group of reader.rowGroups.keys())
            await reader.readRowGroup(group, { columns, batchSize: 1000 });
        } catch (error) {
          if (!(error instanceof IcebergError)) throw error;
          expect(error.code).toBe('CORRUPT_FILE');
        }
      }),
      { numRuns: RUNS * 2, seed: 20_261_123 },
    );
  });
});

describe('a deletion vector that is damaged', () => {
  let table: HostileTable;
  beforeAll(async () => {
    table = await deletionVectorTable(new Map([['', [1, 2, 3]]]));
  });

  test('is refused: its checksum covers every bit', async () => {
    await attack(table, (path) => path.endsWith('.puffin'));
  });
});

describe('a version 3 table with a damaged file is read or refused, never worse', () => {
  let table: HostileTable;
  beforeAll(async () => {
    const storage = new MemoryStorage();
    const catalog = new MemoryCatalog({ storage });
    let written = await catalog.createTable(
      { namespace: 'n', name: 't' },
      {
        formatVersion: 3,
        schema: {
          fields: [
            { name: 'id', type: 'long', required: true },
            { name: 'at', type: 'timestamptz' },
            { name: 'note', type: 'string', initialDefault: 'none', writeDefault: 'none' },
          ],
        },
        partitionBy: ['year(at)', 'bucket(2, id)'],
        sortBy: ['id desc'],
      },
    );
    const rows = Array.from({ length: 40 }, (_, id) => ({
      id: BigInt(id),
      at: new Date(id * 86_400_000 * 25),
      note: `n${id}`,
    }));
    written = (await written.append(rows)).table;
    written = (await written.upsert(rows.slice(3, 30), { key: ['id'] })).table;
    written = (await written.createTag('then')).table;
    written = (await written.delete({ filter: gtEq('id', 20) })).table;
    const files = new Map<string, Uint8Array>();
    for await (const { path } of storage.list(written.location)) files.set(path, await storage.read(path));
    table = {
      files,
      metadataLocation: written.metadataLocation,
      read: async (opened) => {
        for await (const row of opened.scan({ columns: ['_row_id', '_file', '_pos'], ref: 'then' }).rows())
          void row;
        for (const name of ['entries', 'partitions', 'refs'] as const)
          for await (const row of opened.metadataTable(name).rows()) void row;
        for await (const row of opened.changelogScan({ key: ['id'] }).rows()) void row;
      },
    };
  });

  test.each([
    ['metadata JSON', (path: string): boolean => path === table.metadataLocation],
    ['manifest lists', (path: string): boolean => /\/snap-[^/]+\.avro$/.test(path)],
    ['manifests', (path: string): boolean => /-m\d*\.avro$|m\.avro$/.test(path)],
    ['Puffin files', (path: string): boolean => path.endsWith('.puffin')],
    ['data files', (path: string): boolean => path.endsWith('.parquet')],
  ])('%s', async (_kind, wanted) => {
    await attack(table, wanted);
  });
});
