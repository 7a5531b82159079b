import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tests, and the processes they start, put into the temporary folder goes with the run. */
export default function setUp() {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'lean-ops-tests-'));
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
