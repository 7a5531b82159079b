import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PythonPeers } from '../../../../scripts/peers/python.js';
import type { Canonical } from '../support/canonical-rows.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('read_tables.py', import.meta.url));

/** What another reader finds in a table: values in the canonical form of `read_tables.py`. */
export interface ForeignTable {
  columns: { id?: number; name: string; type: string; required?: boolean }[];
  rows: Canonical[][];
}

export type Reader = 'pyiceberg' | 'duckdb';

/** Reads tables by their metadata files. */
export async function readWith(
  peers: PythonPeers,
  reader: Reader,
  metadataFiles: readonly string[],
): Promise<ForeignTable[]> {
  const { stdout } = await run(peers.python, [script, reader, peers.duckdbExtensions, ...metadataFiles], {
    maxBuffer: 256 * 1024 * 1024,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ForeignTable);
}
