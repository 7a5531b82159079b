import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Catalog,
  FolderCatalog,
  MemoryStorage,
  type PlainRow,
  type Storage,
  type Table,
} from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';

/** What the examples of the documentation are given: names that a reader would have from their own program. */
export interface Given {
  /** A folder of tables. */
  warehouse: string;
  catalog: Catalog;
  /** Orders, partitioned by day, in three snapshots. */
  table: Table;
  /** Orders the table does not have yet. */
  rows: PlainRow[];
  signal: AbortSignal;
  consume: (item: RecordBatch | Record<string, unknown>) => void;
  console: { log: (...values: unknown[]) => void };
  /** Storage of tables behind a remote catalog; examples with such a catalog are not run. */
  storage: Storage;
  token: string;
  clientId: string;
  clientSecret: string;
  tokenUri: string;
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;
}

export const GIVEN_NAMES: readonly (keyof Given)[] = [
  'warehouse',
  'catalog',
  'table',
  'rows',
  'signal',
  'consume',
  'console',
  'storage',
  'token',
  'clientId',
  'clientSecret',
  'tokenUri',
  'credentials',
];

const order = (id: bigint, day: number, status: string): PlainRow => ({
  id,
  customer: `customer-${id % 3n}`,
  amount: `${id}.50`,
  status,
  placed_at: new Date(Date.UTC(2026, 10, day, 8)),
});

/** Calls `work` with examples' names on a table in a temporary folder. */
export async function withGiven(work: (given: Given) => Promise<void>): Promise<void> {
  const warehouse = mkdtempSync(join(tmpdir(), 'lean-ops-docs-'));
  try {
    const catalog = new FolderCatalog({ warehouse });
    const created = await catalog.createTable(
      { namespace: 'sales', name: 'orders' },
      {
        schema: {
          fields: [
            { name: 'id', type: 'long', required: true },
            { name: 'customer', type: 'string' },
            { name: 'amount', type: 'decimal(12, 2)' },
            { name: 'status', type: 'string' },
            { name: 'placed_at', type: 'timestamptz' },
          ],
        },
        partitionBy: ['day(placed_at)'],
      },
    );
    const first = await created.append([order(1n, 1, 'paid'), order(2n, 1, 'open'), order(3n, 2, 'open')]);
    const second = await first.table.upsert([order(2n, 1, 'paid')], { key: ['id'] });
    const { table } = await second.table.append([order(4n, 3, 'open')]);
    await work({
      warehouse,
      catalog,
      table,
      rows: [order(5n, 4, 'open'), order(6n, 4, 'paid')],
      signal: new AbortController().signal,
      consume: () => undefined,
      console: { log: () => undefined },
      storage: new MemoryStorage(),
      token: 'token',
      clientId: 'client',
      clientSecret: 'secret',
      tokenUri: 'https://auth.example.com/token',
      credentials: async () => ({ accessKeyId: 'id', secretAccessKey: 'key' }),
    });
  } finally {
    rmSync(warehouse, { recursive: true, force: true });
  }
}
