import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { MaintenancePolicy } from '@lean-ops/curate';

const CHILD = fileURLToPath(new URL('pipeline-child.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../../dist/embedded.js', import.meta.url));

export interface ChildOptions {
  readonly warehouse: string;
  readonly nowMs: number;
  readonly rounds?: number;
  /** Jobs commit one snapshot of their source at a time, and hand over. */
  readonly handOver?: boolean;
  /** The policy of a night of maintenance that follows each round. */
  readonly maintain?: MaintenancePolicy;
  /** A rebuild after the rounds, or the end of one. */
  readonly rebuild?: { readonly topic: string; readonly abandon?: boolean };
  readonly crashAt?: { readonly point: string; readonly occurrence: number };
}

export interface ChildReport {
  readonly points: readonly string[];
  readonly outcomes: readonly {
    readonly topic: string;
    readonly outcome: string;
    readonly error: { readonly name: string; readonly message: string } | null;
  }[];
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Null when the process did not end by itself. */
  readonly report: ChildReport | null;
  readonly stderr: string;
}

/** Pumps, orchestrates and, if told to, maintains a warehouse in another process. Needs the build. */
export async function runChild(options: ChildOptions): Promise<ChildExit> {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: run npm run build first`);
  const child = spawn(process.execPath, [CHILD, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const report = code === 0 ? (JSON.parse(stdout) as ChildReport) : null;
      resolve({ code, signal, report, stderr });
    });
  });
}
