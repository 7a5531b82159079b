import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs `use` with a fresh folder and removes it afterwards. */
export function withScratch(use) {
  const folder = mkdtempSync(join(tmpdir(), 'lean-ops-bench-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a Node program to its end; throws with its output when it fails. Gives wall and CPU seconds and peak bytes. */
export function runMeasured(args, scratch) {
  const file = join(scratch, 'usage.json');
  const preload = new URL('./measure.mjs', import.meta.url).href;
  const done = spawnSync(process.execPath, ['--import', preload, ...args], {
    encoding: 'utf8',
    env: { ...process.env, LEAN_OPS_MEASURE: file },
    maxBuffer: 1 << 28,
  });
  if (done.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${done.status}:\n${done.stdout}\n${done.stderr}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
