import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FolderCatalog } from '../src/index.js';
import { runWorker } from './support/run-worker.js';

const [WORKERS, COMMITS] = process.env['LEAN_OPS_TEST'] === 'full' ? [8, 50] : [4, 10];
const WORKER = fileURLToPath(new URL('support/commit-worker.ts', import.meta.url));

interface Done {
  snapshotId: string;
  id: string | null;
}

test('of several processes that append and upsert, every commit that succeeded is there exactly once', async () => {
  const warehouse = await mkdtemp(join(tmpdir(), 'processes-'));
  const catalog = new FolderCatalog({ warehouse });
  const table = await catalog.createTable(
    { namespace: 'n', name: 't' },
    {
      schema: {
        fields: [
          { name: 'id', type: 'string', required: true },
          { name: 'value', type: 'long' },
        ],
      },
      properties: { 'commit.manifest.min-count-to-merge': '10' },
    },
  );
  let running = true;
  const results = Promise.all(
    Array.from({ length: WORKERS }, (_, worker) =>
      runWorker<Done[]>(WORKER, [warehouse, String(worker), String(COMMITS)]),
    ),
  ).finally(() => {
    running = false;
  });
  // A reader in between always sees whole snapshots: never two rows of the upserted key.
  while (running) {
    const seen = await table.refresh();
    let shared = 0;
    for await (const row of seen.scan().rows()) shared += row['id'] === 'shared' ? 1 : 0;
    expect(shared).toBeLessThanOrEqual(1);
  }
  const done = (await results).flat();
  expect(done).toHaveLength(WORKERS * COMMITS);

  const last = await table.refresh();
  expect(
    last
      .snapshots()
      .map((snapshot) => String(snapshot.snapshotId))
      .sort(),
  ).toEqual(done.map((commit) => commit.snapshotId).sort());
  expect(last.ancestors()).toHaveLength(done.length);
  const ids: unknown[] = [];
  for await (const row of last.scan().rows()) ids.push(row['id']);
  expect(ids.sort()).toEqual([...done.flatMap((commit) => commit.id ?? []), 'shared'].sort());
  const versions = await readdir(join(warehouse, 'n', 't', 'metadata'));
  expect(versions.filter((name) => /^v\d+\.metadata\.json$/.test(name))).toHaveLength(done.length + 1);
  expect(versions.filter((name) => name.endsWith('.tmp'))).toEqual([]);
}, 240_000);
