// Everything that is not a test: types, lint and import arrows, build with declarations, package hygiene, API snapshots.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const packages = ['core', 'iceberg', 'ingest', 'curate'];
const checks = [
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['lint, format and import arrows', 'biome', ['check', '--error-on-warnings', '.']],
  ['build with declarations', 'node', ['scripts/bootstrap.mjs', 'build']],
  ['API snapshots', 'node', ['scripts/api-snapshot.mjs']],
  ['unused files, exports and dependencies', 'knip', []],
  ...packages.flatMap((name) => [
    [`publint ${name}`, 'publint', ['--strict', `packages/${name}`]],
    [
      `types of the packed ${name}`,
      'attw',
      ['--pack', `packages/${name}`, '--profile', 'esm-only', '--quiet'],
    ],
  ]),
];

let failed = 0;
for (const [title, command, args] of checks) {
  // What is packed has been built just now: packing need not build it once more.
  const env = { ...process.env, npm_config_ignore_scripts: 'true' };
  const done = spawnSync(join('node_modules', '.bin', command), args, { encoding: 'utf8', env });
  const good = done.status === 0;
  console.log(`${good ? 'ok  ' : 'FAIL'} ${title}`);
  if (!good) {
    failed += 1;
    console.log(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
