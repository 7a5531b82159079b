#!/usr/bin/env node
// Only what every Node knows may be imported here: an old one must live to say that it is too old.
const OLDEST_NODE = 22;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(`error: lean-ops needs Node ${OLDEST_NODE} or newer; this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import('./program.js');
  const { Output } = await import('@lean-ops/iceberg/cli');
  const code = await runCommandLine(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: new Output(process.stdout),
    stderr: new Output(process.stderr),
    env: process.env,
    verdict: 0,
  });
  process.exitCode = code;
  // What was interrupted may still wait for something.
  if (code === 130) process.exit();
}

export {};
