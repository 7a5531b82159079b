import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { FolderCatalog, IcebergError, MemoryStorage, type Table } from '../src/index.js';

const ID = { namespace: 'n', name: 't' };
const WRITERS = 3;
const CHANGES = 8;

/** Begins anew what lost against another commit, or whose files expired under it. */
async function untilDone(
  work: (table: Table) => Promise<unknown>,
  load: () => Promise<Table>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work(await load());
      return;
    } catch (error) {
      const again =
        error instanceof IcebergError &&
        (error.code === 'COMMIT_CONFLICT' || error.code === 'FILE_NOT_FOUND');
      if (!again || attempt > 200) throw error;
      await turn();
    }
  }
}

test.each([2, 3] as const)(
  'writers and maintenance at once: every row is there with its newest value, every retained snapshot reads (version %i)',
  async (formatVersion) => {
    const storage = new MemoryStorage();
    const catalog = new FolderCatalog({
      warehouse: 'memory://w',
      storage,
      sleep: () => turn(),
      retry: { retries: 20 },
    });
    await catalog.createTable(ID, {
      schema: {
        fields: [
          { name: 'writer', type: 'int', required: true },
          { name: 'id', type: 'long', required: true },
          { name: 'value', type: 'long' },
        ],
      },
      partitionBy: ['bucket(2, id)'],
      formatVersion,
    });
    const load = (): Promise<Table> => catalog.loadTable(ID);

    const expected = new Map<string, bigint>();
    const write = async (writer: number): Promise<void> => {
      for (let change = 0; change < CHANGES; change++) {
        const rows = [change % 3, 10 + change].map((id) => ({
          writer,
          id: BigInt(id),
          value: BigInt(change),
        }));
        await untilDone((table) => table.upsert(rows, { key: ['writer', 'id'] }), load);
        for (const { id, value } of rows) expected.set(`${writer}:${id}`, value);
        if (change % 3 !== 2) continue;
        const gone = { writer, id: BigInt(10 + change - 1) };
        const mode = writer === 0 ? ('equality-deletes' as const) : ('merge-on-read' as const);
        await untilDone((table) => table.deleteKeys([gone], { key: ['writer', 'id'], mode }), load);
        expected.delete(`${writer}:${gone.id}`);
      }
    };

    let writing = true;
    const done = { compactions: 0, expiries: 0, rewrites: 0 };
    const maintain = async (work: (table: Table) => Promise<void>): Promise<void> => {
      do {
        await untilDone(work, load);
        // A storage in memory never lets go by itself.
        await turn();
      } while (writing);
    };
    const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
    await Promise.all([
      writers.finally(() => {
        writing = false;
      }),
      maintain(async (table) => {
        done.compactions += (await table.compact({ minInputFiles: 3 })).commits;
      }),
      maintain(async (table) => {
        const { expiredSnapshotIds, failed } = await table.expireSnapshots({
          olderThan: Date.now(),
          retainLast: 3,
        });
        expect(failed).toEqual([]);
        done.expiries += expiredSnapshotIds.length;
      }),
      maintain(async (table) => {
        done.rewrites += (await table.rewriteManifests()).added;
      }),
    ]);

    const table = await load();
    for (const snapshotId of table.snapshots().map((snapshot) => snapshot.snapshotId))
      for await (const row of table.scan({ snapshotId }).rows()) expect(row['value']).not.toBeNull();
    const found = new Map<string, bigint>();
    let count = 0;
    for await (const row of table.scan().rows()) {
      found.set(`${row['writer']}:${row['id']}`, row['value'] as bigint);
      count++;
    }
    expect([...found].sort()).toEqual([...expected].sort());
    expect(count).toBe(expected.size);
    for (const times of Object.values(done)) expect(times).toBeGreaterThan(0);
  },
  60_000,
);
