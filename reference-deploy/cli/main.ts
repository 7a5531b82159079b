#!/usr/bin/env node
// Only what every Node knows may be imported here: an old one must live to say that it is too old.
const OLDEST_NODE = 22;

if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  process.stderr.write(`error: lean-ops needs Node ${OLDEST_NODE} or newer; this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import('./program.js');
  const { Output } = await import('./output/output.js');
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: new Output(process.stdout),
    stderr: new Output(process.stderr),
    verdict: 0,
  });
}

export {};
