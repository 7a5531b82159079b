import { batchFromRows, FolderCatalog, IcebergError } from '../../src/index.js';

/**
 * Child process: commits to one folder table, appends and upserts in turn, and reports which commits succeeded. Every
 * appended row has an id of its own; upserts all replace the one row `shared`.
 */
const [warehouse, worker, commits] = process.argv.slice(2) as [string, string, string];
const catalog = new FolderCatalog({ warehouse, retry: { retries: 1000, minDelayMs: 1, maxDelayMs: 20 } });
const done: { snapshotId: string; id: string | null }[] = [];
let table = await catalog.loadTable({ namespace: 'n', name: 't' });
for (let turn = 0; turn < Number(commits); turn++) {
  const isUpsert = turn % 2 === 1;
  const id = isUpsert ? 'shared' : `${worker}/${turn}`;
  const rows = batchFromRows(table.schema(), [{ id, value: BigInt(turn) }]);
  try {
    const result = isUpsert ? await table.upsert(rows, { key: ['id'] }) : await table.append(rows);
    table = result.table;
    done.push({ snapshotId: String(result.snapshotId), id: isUpsert ? null : id });
  } catch (error) {
    if (!(error instanceof IcebergError) || error.code !== 'COMMIT_CONFLICT') throw error;
  }
}
process.send?.(done);
