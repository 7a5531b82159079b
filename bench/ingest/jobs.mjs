// Builds the functions' bundles and runs the measurements in processes of their own.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const deploy = here('../../reference-deploy');

/** What a function needs to start; it calls nothing yet. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  LEAN_OPS_PROJECT: 'lean-ops',
  LEAN_OPS_ENVIRONMENT: 'bench',
  LEAN_OPS_STATE_TABLE: 'state',
  LEAN_OPS_ARCHIVE_BUCKET: 'archive',
  LEAN_OPS_STREAMS: 'raw-0,raw-1',
};

/** Functions that a message passes through on its way to RAW or to the archive. */
const INGESTION = [
  'sqs-processor',
  'firehose-transform',
  'dead-letter-processor',
  'firehose-error-processor',
];

/** Bundles all functions into a folder; gives the size of the zip of each ingestion function, bytes. */
export function functionSizes(bundles) {
  const tsup = here('../../node_modules/.bin/tsup');
  const env = { ...process.env, LEAN_OPS_LAMBDA_FOLDER: bundles };
  run(tsup, ['--silent', '--config', 'aws/tsup.config.ts'], { cwd: deploy, env });
  return Object.fromEntries(INGESTION.map((name) => [name, zippedBytes(join(bundles, name))]));
}

/** A zip's bytes: each file compressed, with its two headers, and the end of the list (APPNOTE.TXT 4.3). */
function zippedBytes(folder) {
  const [localHeader, listedHeader, end] = [30, 46, 22];
  let bytes = end;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const nameBytes = Buffer.byteLength(path.slice(folder.length + 1));
    bytes +=
      deflateRawSync(readFileSync(path), { level: 9 }).length + localHeader + listedHeader + 2 * nameBytes;
  }
  return bytes;
}

/** Milliseconds to import a function's bundle in a new process, once per run. */
export function importTimes(bundles, name, runs) {
  const file = join(bundles, name, 'index.mjs');
  return Array.from({ length: runs }, () => {
    const env = { ...process.env, ...ENVIRONMENT };
    return Number(run(process.execPath, [here('import.mjs'), file], { env }));
  });
}

/** What a measurement of `measure.mjs` gives. */
export function measured(job, options) {
  const args = ['--expose-gc', here('measure.mjs'), JSON.stringify({ job, ...options })];
  return JSON.parse(run(process.execPath, args));
}

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (done.status !== 0)
    throw new Error(`${args.join(' ')} ended with ${done.status}:\n${done.stdout}\n${done.stderr}`);
  return done.stdout;
}
