import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryCatalog, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };

let catalog: MemoryCatalog;
let table: Table;

beforeEach(async () => {
  catalog = new MemoryCatalog();
  table = await catalog.createTable(ID, {
    schema: {
      fields: [
        { name: 'id', type: 'long', required: true },
        { name: 'note', type: 'string' },
      ],
    },
  });
  for (let id = 1; id <= 6; id++) await append(id);
});

async function append(id: number): Promise<void> {
  table = (await table.append([{ id: BigInt(id), note: `n${id}` }])).table;
}

async function idsAfter(sequenceNumber: bigint): Promise<number[]> {
  const ids: number[] = [];
  for await (const row of table.scan({ afterSequenceNumber: sequenceNumber }).rows())
    ids.push(Number(row['id']));
  return ids.sort();
}

describe('files that readers follow by their sequence number', () => {
  test('are met again by a reader that has passed them, unless it is said how far readers are', async () => {
    table = (await table.compact()).table;
    expect(await idsAfter(4n)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test.each([2n, 4n, 6n])(
    'up to %i are written anew without a reader there meeting a row again',
    async (readUpTo) => {
      const result = await table.compact({ readUpTo, minInputFiles: 2 });
      table = result.table;
      expect(result.rewrittenFiles).toBe(Number(readUpTo));
      const after = [1, 2, 3, 4, 5, 6].filter((id) => id > readUpTo);
      expect(await idsAfter(readUpTo)).toEqual(after);
      // One that is behind meets more than it has missed, never less.
      expect(await idsAfter(1n)).toEqual(expect.arrayContaining([2, 3, 4, 5, 6]));
      expect(await idsAfter(0n)).toEqual([1, 2, 3, 4, 5, 6]);
    },
  );

  test('take the deletes that came after them', async () => {
    table = (await table.compact({ readUpTo: 3n, minInputFiles: 2 })).table;
    table = (await table.deleteKeys([{ id: 1n }, { id: 5n }], { key: ['id'], mode: 'equality-deletes' }))
      .table;
    expect(await idsAfter(0n)).toEqual([2, 3, 4, 6]);
    table = (await table.compact({ readUpTo: 3n, rewriteAll: true })).table;
    expect(await idsAfter(0n)).toEqual([2, 3, 4, 6]);
    expect(await idsAfter(3n)).toEqual([4, 6]);
  });

  test('are left alone where nobody has read any', async () => {
    expect(await table.compact({ readUpTo: 0n, dryRun: true })).toMatchObject({ rewrittenFiles: 0 });
  });
});

describe.each(['compact', 'rewriteManifests'] as const)('%s', (method) => {
  test('puts its summary entries into its snapshot', async () => {
    const result = await table[method]({ summary: { 'app.mark': '7' } });
    expect(result.table.currentSnapshot()!.summary).toMatchObject({ 'app.mark': '7' });
  });

  test('commits nothing that its check refuses', async () => {
    const check = (fresh: Table): void => {
      throw new Error(`not on ${fresh.currentSnapshot()!.snapshotId}`);
    };
    await expect(table[method]({ check })).rejects.toThrow(/not on/);
    expect((await table.refresh()).currentSnapshot()!.snapshotId).toBe(table.currentSnapshot()!.snapshotId);
  });
});
