import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../scripts/peers/set-up.js';
import { CALL_ACTIONS, RARE_ACTIONS } from '../../terraform/proof/call-actions.js';
import { type Outcome, unless } from '../scenes/scene.js';
import type { Theatre } from '../theatre.js';
import { callsBeyond, type RecordedCalls, recordCalls, withCalls } from './recorded-calls.js';

const FILE = join(root, 'reference-deploy', 'rehearsal', 'recorded-calls.json');

/**
 * Compares the calls that functions and deployers made with those written down, which a test compares with the policies; with
 * `record`, adds them. A call that was never seen is no fault where the policies say why it is rare.
 */
export async function compareCalls({ emulator, deployment }: Theatre, record: boolean): Promise<Outcome> {
  const seen = recordCalls(await emulator.calls(), deployment);
  const known = existsSync(FILE)
    ? (JSON.parse(await readFile(FILE, 'utf8')) as RecordedCalls)
    : { formatVersion: 1 as const, callers: {} };
  const recorded = record ? withCalls(known, seen) : known;
  if (record) await writeFile(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
  const beyond = callsBeyond(seen, recorded, isRare);
  const number = Object.values(seen.callers).flat().length;
  return {
    seen: `${number} kinds of call by ${Object.keys(seen.callers).length} callers`,
    faults: unless(
      beyond.length === 0,
      `not written down (npm run rehearse -- --record does): ${beyond.join(', ')}`,
    ),
  };
}

function isRare(key: string, call: string): boolean {
  const actions = CALL_ACTIONS[call] ?? [];
  const reasons = { ...RARE_ACTIONS['*'], ...RARE_ACTIONS[key] };
  return actions.length > 0 && actions.every((action) => action in reasons);
}
