// The table library side by side with PyIceberg, DuckDB, Spark and hyparquet, results checked equal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changing, growing } from './iceberg/changing.mjs';
import { deleted } from './iceberg/deleted.mjs';
import { committing, remembering } from './iceberg/lasting.mjs';
import { pythonPeers } from './iceberg/others.mjs';
import { planning } from './iceberg/planning.mjs';
import { scanning } from './iceberg/scanning.mjs';
import { writing } from './iceberg/writing.mjs';

export const name = 'iceberg';

const PARTS = [planning, scanning, writing, changing, growing, deleted, committing, remembering];

export async function run(options) {
  const peers = await pythonPeers();
  const rows = [];
  for (const part of PARTS) {
    const folder = mkdtempSync(join(tmpdir(), 'lean-ops-bench-'));
    try {
      rows.push(...(await part({ ...options, peers, folder })));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}
