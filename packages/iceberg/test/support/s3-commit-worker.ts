import { S3Client } from '@aws-sdk/client-s3';
import { batchFromRows, FolderCatalog } from '../../src/index.js';
import { S3Storage } from '../../src/storage/s3/index.js';
import { emulatorClient } from './moto.js';

/** Child process: commits to one table folder on S3, appends and upserts in turn, and reports what it committed. */
const [endpoint, warehouse, worker, commits] = process.argv.slice(2) as [string, string, string, string];
const client = new S3Client(emulatorClient(endpoint));
const catalog = new FolderCatalog({
  warehouse,
  storage: new S3Storage({ client }),
  retry: { retries: 1000, minDelayMs: 10, maxDelayMs: 200 },
});
const done: { snapshotId: string; id: string | null }[] = [];
let table = await catalog.loadTable({ namespace: 'n', name: 't' });
for (let turn = 0; turn < Number(commits); turn++) {
  const id = turn % 2 === 1 ? 'shared' : `${worker}/${turn}`;
  const rows = batchFromRows(table.schema(), [{ id, value: BigInt(turn) }]);
  const result = id === 'shared' ? await table.upsert(rows, { key: ['id'] }) : await table.append(rows);
  table = result.table;
  done.push({ snapshotId: String(result.snapshotId), id: id === 'shared' ? null : id });
}
process.send?.(done);
client.destroy();
