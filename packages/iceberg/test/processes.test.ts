import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderCatalog, FolderStorage } from '../src/index.js';
import { writeAtOnce } from './support/busy-table.js';
import { BUSY_SCHEMA, BUSY_TABLE } from './support/mixed-commits.js';

const full = process.env['LEAN_OPS_TEST'] === 'full';
const [WRITERS, COMMITS] = full ? [8, 50] : [4, 10];

test(`of ${WRITERS} processes that make ${COMMITS} commits of mixed kinds each, every one that succeeded is there exactly once, and readers see whole snapshots`, async () => {
  const warehouse = await mkdtemp(join(tmpdir(), 'processes-'));
  const table = await new FolderCatalog({ warehouse }).createTable(BUSY_TABLE, {
    schema: BUSY_SCHEMA,
    properties: { 'commit.manifest.min-count-to-merge': '10' },
  });
  const summary = await writeAtOnce({
    place: 'folder',
    warehouse,
    table,
    storage: new FolderStorage(),
    writers: WRITERS,
    commits: COMMITS,
    pauseMs: 20,
  });
  if (full) process.stdout.write(`folder: ${JSON.stringify(summary)}\n`);
  expect(summary.commits).toBe(WRITERS * COMMITS);
  expect(summary.readings).toBeGreaterThan(0);
  const left = await readdir(join(warehouse, 'n', 't', 'metadata'));
  expect(left.filter((name) => name.endsWith('.tmp'))).toEqual([]);
}, 900_000);
