// Runs the curate jobs in processes of their own, which time themselves.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export function ours(options) {
  return finish(options, process.execPath, ['--expose-gc', here('ours.mjs'), JSON.stringify(options)]);
}

export function python(interpreter, options) {
  return finish(options, interpreter, [here('peers.py'), JSON.stringify(options)]);
}

export function spark(interpreter, options) {
  return finish(options, interpreter, [here('spark.py'), JSON.stringify(options)]);
}

function finish(options, command, args) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0)
    throw new Error(`${options.job} of ${command} ended with ${done.status}:\n${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

/** What each run took: `wall` or `cpu` seconds. */
export const seconds = (done, what) => done.runs.map((run) => run[what]);
