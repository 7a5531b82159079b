import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { testWhere } from '../../../../test/support/suite-where.js';
import { FolderCatalog } from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { catalogContract, storageContract } from '../../src/testing/index.js';
import { InProcessS3 } from '../support/in-process-s3.js';
import { emulatorStorage } from '../support/moto.js';
import { runWorker } from '../support/run-worker.js';

const sleep = async (): Promise<void> => undefined;
const { server: moto, missing } = await startAwsEmulator('moto');
afterAll(() => moto?.stop());

const STORES: Record<string, () => Promise<S3Storage>> = {
  'in process': async () => new S3Storage({ client: new InProcessS3(), calls: { sleep } }),
  'in process, every file sent in parts': async () =>
    new S3Storage({ client: new InProcessS3(), multipartThreshold: 0, calls: { sleep } }),
};
if (moto !== null) {
  const stored = emulatorStorage(moto.endpoint, 'contract');
  STORES['of moto'] = () => stored;
}

let place = 0;
describe.each(Object.entries(STORES))('S3Storage on a store %s', (_name, open) => {
  for (const { name, run } of storageContract({
    open: async () => ({ storage: await open(), root: `s3://contract/storage ${place++}` }),
  })) {
    test(name, run);
  }
});

describe.each(Object.entries(STORES))('FolderCatalog on a store %s', (_name, open) => {
  for (const { name, run } of catalogContract({
    open: async () =>
      new FolderCatalog({ warehouse: `s3://contract/warehouse${place++}`, storage: await open(), sleep }),
  })) {
    test(name, run);
  }
});

/** The full run takes many minutes: the emulator serves one request at a time. */
const [WORKERS, COMMITS] = process.env['LEAN_OPS_TEST'] === 'full' ? [8, 50] : [3, 4];

testWhere(
  missing,
  'of several processes that append and upsert on S3, every commit that succeeded is there exactly once',
  async () => {
    const { endpoint } = moto!;
    const warehouse = 's3://processes/warehouse';
    const storage = await emulatorStorage(endpoint, 'processes');
    const table = await new FolderCatalog({ warehouse, storage }).createTable(
      { namespace: 'n', name: 't' },
      {
        schema: {
          fields: [
            { name: 'id', type: 'string', required: true },
            { name: 'value', type: 'long' },
          ],
        },
      },
    );
    const worker = fileURLToPath(new URL('../support/s3-commit-worker.ts', import.meta.url));
    let running = true;
    const results = Promise.all(
      Array.from({ length: WORKERS }, (_, index) =>
        runWorker<{ snapshotId: string; id: string | null }[]>(worker, [
          endpoint,
          warehouse,
          String(index),
          String(COMMITS),
        ]),
      ),
    ).finally(() => {
      running = false;
    });
    // Awaited below, after the readings in between.
    results.catch(() => undefined);
    while (running) {
      // Paced: the emulator is one process, and the writers are the point.
      await new Promise((resolve) => setTimeout(resolve, 200 * COMMITS));
      const rows = await (await table.refresh()).scan({ columns: ['id'] }).toArrow();
      const shared = rows.toArray().filter((row) => row?.['id'] === 'shared');
      expect(shared.length).toBeLessThanOrEqual(1);
    }
    const done = (await results).flat();
    expect(done).toHaveLength(WORKERS * COMMITS);
    const last = await table.refresh();
    const snapshots = last.snapshots().map((snapshot) => String(snapshot.snapshotId));
    expect(snapshots.sort()).toEqual(done.map((commit) => commit.snapshotId).sort());
    expect(last.ancestors()).toHaveLength(done.length);
    const ids: unknown[] = [];
    for await (const row of last.scan().rows()) ids.push(row['id']);
    expect(ids.sort()).toEqual([...done.flatMap((commit) => commit.id ?? []), 'shared'].sort());
  },
  process.env['LEAN_OPS_TEST'] === 'full' ? 3_600_000 : 240_000,
);
