import { expect, expectTypeOf, test } from 'vitest';
import {
  type ArrowInput,
  batchFromRows,
  type CommitOptions,
  type CompactOptions,
  type ExpireOptions,
  type IncrementalScanOptions,
  lt,
  MemoryCatalog,
  type MetadataTableOptions,
  type OrphanOptions,
  type RewriteManifestsOptions,
  type ScanOptions,
  type Storage,
  type Table,
  type TransactionOptions,
} from '../src/index.js';

interface Order {
  readonly id: bigint;
  readonly status?: string | null;
}

class Paid implements Order {
  readonly id: bigint;
  constructor(id: bigint) {
    this.id = id;
  }
  get status(): string {
    return 'paid';
  }
}

const create = (): Promise<Table> =>
  new MemoryCatalog().createTable(
    { namespace: 'raw', name: 'orders' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'long', required: true },
          { name: 'status', type: 'string' },
        ],
      },
    },
  );

test('values of interfaces and instances of classes are rows to write, and rows are read as what they are', async () => {
  const orders: readonly Order[] = [{ id: 1n, status: 'open' }, { id: 2n }];
  const appended = await (await create()).append(orders);
  const changed = await appended.table.upsert([new Paid(2n)], { key: ['id'] });
  const { table } = await changed.table.overwrite(new Set<Order>([{ id: 0n }]), { filter: lt('id', 2) });
  async function* incoming(): AsyncGenerator<Order | Paid> {
    yield new Paid(3n);
  }
  const typed = await table.append(incoming());
  const more = await typed.table.append(batchFromRows(typed.table.schema(), [new Paid(4n)]));
  const read: Order[] = [];
  for await (const row of more.table.scan().rows<Order>()) {
    expectTypeOf(row).toEqualTypeOf<Order>();
    read.push(row);
  }
  expect(read.sort((left, right) => Number(left.id - right.id))).toEqual([
    { id: 0n, status: null },
    { id: 2n, status: 'paid' },
    { id: 3n, status: 'paid' },
    { id: 4n, status: 'paid' },
  ]);
});

test('rows are records of anything where no type is given', async () => {
  const { table } = await (await create()).append([{ id: 1 }]);
  for await (const row of table.scan().rows()) expectTypeOf(row).toEqualTypeOf<Record<string, unknown>>();
  for await (const row of table.changelogScan().rows<{ id: bigint; _change_type: string }>())
    expect(row._change_type).toBe('insert');
  for await (const row of table.metadataTable('snapshots').rows<{ snapshot_id: bigint }>())
    expect(row.snapshot_id).toBe(table.currentSnapshot()!.snapshotId);
});

test('what is no row is no row to the type checker', () => {
  expectTypeOf<Order[]>().toExtend<ArrowInput>();
  expectTypeOf<Promise<Order[]>>().not.toExtend<ArrowInput>();
  expectTypeOf<Order>().not.toExtend<ArrowInput>();
  expectTypeOf<string[]>().not.toExtend<ArrowInput>();
  expectTypeOf<number[][]>().not.toExtend<ArrowInput>();
  expectTypeOf<Uint8Array>().not.toExtend<ArrowInput>();
  expectTypeOf<Map<string, number>>().not.toExtend<ArrowInput>();
  expectTypeOf<Map<string, number>[]>().not.toExtend<ArrowInput>();
});

test('a signal that there may be fits every option of that name', () => {
  interface MaySignal {
    signal: AbortSignal | undefined;
  }
  expectTypeOf<MaySignal>().toExtend<ScanOptions>();
  expectTypeOf<MaySignal>().toExtend<IncrementalScanOptions>();
  expectTypeOf<MaySignal>().toExtend<TransactionOptions>();
  expectTypeOf<MaySignal>().toExtend<CommitOptions>();
  expectTypeOf<MaySignal>().toExtend<MetadataTableOptions>();
  expectTypeOf<MaySignal>().toExtend<CompactOptions>();
  expectTypeOf<MaySignal>().toExtend<ExpireOptions>();
  expectTypeOf<MaySignal>().toExtend<OrphanOptions>();
  expectTypeOf<MaySignal>().toExtend<RewriteManifestsOptions>();
  expectTypeOf<MaySignal>().toExtend<NonNullable<Parameters<Storage['read']>[1]>>();
});
