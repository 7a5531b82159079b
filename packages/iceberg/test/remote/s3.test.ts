import { afterAll, describe, expect, test } from 'vitest';
import { startAwsEmulator } from '../../../../scripts/peers/aws-emulators.js';
import { testWhere } from '../../../../test/support/suite-where.js';
import { FolderCatalog } from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { catalogContract, storageContract } from '../../src/testing/index.js';
import { writeAtOnce } from '../support/busy-table.js';
import { InProcessS3 } from '../support/in-process-s3.js';
import { BUSY_SCHEMA, BUSY_TABLE } from '../support/mixed-commits.js';
import { emulatorStorage } from '../support/moto.js';

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

const full = process.env['LEAN_OPS_TEST'] === 'full';
const [WRITERS, COMMITS] = full ? [8, 50] : [3, 4];

testWhere(
  missing,
  `of ${WRITERS} processes that make ${COMMITS} commits of mixed kinds each on S3, every one that succeeded is there exactly once, and readers see whole snapshots`,
  async () => {
    const { endpoint } = moto!;
    const warehouse = 's3://processes/warehouse';
    const storage = await emulatorStorage(endpoint, 'processes');
    const table = await new FolderCatalog({ warehouse, storage }).createTable(BUSY_TABLE, {
      schema: BUSY_SCHEMA,
    });
    const summary = await writeAtOnce({
      place: endpoint,
      warehouse,
      table,
      storage,
      writers: WRITERS,
      commits: COMMITS,
      // Paced: the emulator is one process, and the writers are the point.
      pauseMs: 200 * COMMITS,
    });
    if (full) process.stdout.write(`S3: ${JSON.stringify(summary)}\n`);
    expect(summary.commits).toBe(WRITERS * COMMITS);
  },
  full ? 3_600_000 : 240_000,
);
