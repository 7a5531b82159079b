// Runs jobs in processes of their own, which time themselves.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sameFacts } from './fingerprint.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export function ours(options) {
  return finish('this library', options, process.execPath, [
    '--expose-gc',
    here('ours.mjs'),
    JSON.stringify(options),
  ]);
}

export function python(peers, options) {
  const all = { extensions: peers.duckdbExtensions, ...options };
  return finish('the peer', options, peers.python, [here('peers.py'), JSON.stringify(all)]);
}

export function script(command, name, args) {
  return finish(name, {}, command, [here(name), ...args]);
}

export function sparkMerge(peer, options) {
  return script(peer.python, 'spark_merge.py', [JSON.stringify({ jar: peer.jar, ...options })]);
}

export function hyparquet(options) {
  return finish('hyparquet', options, process.execPath, [
    '--expose-gc',
    here('hyparquet.mjs'),
    JSON.stringify(options),
  ]);
}

function finish(who, { job }, command, args) {
  const done = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`${job ?? ''} of ${who} ended with ${done.status}:\n${done.stderr}`);
  const last = done.stdout.trim().split('\n').at(-1);
  return last?.startsWith('{') ? JSON.parse(last) : null;
}

/** Throws where two results that must be the same are not: then their times mean nothing. */
export function requireSame(title, left, right) {
  if (!sameFacts(left, right))
    throw new Error(
      `${title}: the results differ: ${JSON.stringify(left).slice(0, 400)} and ${JSON.stringify(right).slice(0, 400)}`,
    );
}
