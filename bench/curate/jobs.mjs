// Runs the curate jobs in processes of their own and makes rows of what they measured.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../harness.mjs';

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

export const seconds = (done, what) => median(done.runs.map((run) => run[what]));

/** A ratio above 1 means that we are better. */
export function compared(name, peer, ours, theirs, { floor, goal, unit = 's' }) {
  const ratio = theirs / ours;
  return {
    name,
    peer,
    ours,
    theirs,
    unit,
    ratio,
    floor,
    goal,
    holds: floor === null ? null : ratio >= floor,
  };
}

/** A figure of ours beside none. */
export function alone(name, figure, unit) {
  return {
    name,
    peer: '',
    ours: figure,
    theirs: null,
    unit,
    ratio: null,
    floor: null,
    goal: null,
    holds: null,
  };
}
