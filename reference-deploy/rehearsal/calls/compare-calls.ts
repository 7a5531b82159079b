import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../scripts/peers/set-up.js';
import { type Outcome, unless } from '../scenes/scene.js';
import type { Theatre } from '../theatre.js';
import { callsBeyond, type RecordedCalls, recordCalls } from './recorded-calls.js';

const FILE = join(root, 'reference-deploy', 'rehearsal', 'recorded-calls.json');

/**
 * Compares the calls that functions made with those written down, which a test compares with the policies; with
 * `record`, writes them down.
 */
export async function compareCalls({ emulator, deployment }: Theatre, record: boolean): Promise<Outcome> {
  const seen = recordCalls(await emulator.calls(), deployment);
  if (record) await writeFile(FILE, `${JSON.stringify(seen, null, 2)}\n`);
  const recorded = existsSync(FILE)
    ? (JSON.parse(await readFile(FILE, 'utf8')) as RecordedCalls)
    : { formatVersion: 1 as const, functions: {} };
  const beyond = callsBeyond(seen, recorded);
  const number = Object.values(seen.functions).flat().length;
  return {
    seen: `${number} kinds of call by ${Object.keys(seen.functions).length} functions`,
    faults: unless(
      beyond.length === 0,
      `not written down (npm run rehearse -- --record does): ${beyond.join(', ')}`,
    ),
  };
}
