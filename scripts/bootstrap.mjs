// Entry point of `npm run demo`, `npm test` and the other root scripts. It runs on whatever Node the machine has
// (20 or newer), installs and builds what is missing, and hands over to the tool chain's own Node 24.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const stamps = join(root, 'node_modules', '.cache', 'lean-ops');
const workspaces = [
  'packages/core',
  'packages/iceberg',
  'packages/ingest',
  'packages/curate',
  'reference-deploy',
];
const say = (line) => process.stderr.write(`lean-ops: ${line}\n`);

const [task = '', ...rest] = process.argv.slice(2);
const tasks = {
  demo: () => node(['reference-deploy/dist/lean-ops.js', 'demo', ...rest]),
  'lean-ops': () =>
    node([join(root, 'reference-deploy/dist/lean-ops.js'), ...rest], { cwd: process.env.INIT_CWD ?? root }),
  test: () => tool('vitest', ['run', ...rest]),
  'test:full': () => tool('vitest', ['run', ...rest], { env: { LEAN_OPS_TEST: 'full' } }),
  // The zips that are deployed are the ones that are rehearsed.
  rehearse: () =>
    (asksForHelp() ? 0 : tasks['build-lambdas']([])) || node(['reference-deploy/dist/rehearsal.js', ...rest]),
  'build-lambdas': (args = rest) => node(['reference-deploy/dist/operate.js', 'build-lambdas', ...args]),
  deploy: () => node(['reference-deploy/dist/operate.js', 'deploy', ...rest]),
  destroy: () => node(['reference-deploy/dist/operate.js', 'destroy', ...rest]),
  bench: () => node(['--expose-gc', 'bench/run.mjs', ...rest]),
  build: () => build({ declarations: true }),
  check: () => node(['scripts/check.mjs', ...rest]),
};

if (!(task in tasks)) {
  say(`unknown task ${JSON.stringify(task)}: use one of ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
install();
if (task !== 'build') build({ declarations: false });
process.exit(tasks[task]());

/** Installs dependencies unless the installed ones belong to this lock file. */
function install() {
  const files = ['package.json', 'package-lock.json', ...workspaces.map((w) => `${w}/package.json`)];
  const wanted = hash(files.map((file) => join(root, file)));
  if (stamp('install') === wanted && existsSync(join(bin, 'node'))) return;
  say('installing dependencies (about a minute, once)');
  // Not `npm ci`: it insists on optional packages of other platforms, which some mirrors do not carry.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) fail('npm install failed; its output is above');
  const version = spawnSync(join(bin, 'node'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (Number(version.slice(1).split('.')[0]) < 24) {
    fail(
      `the tool chain's Node is ${version.trim() || 'missing'}, not 24: was npm told to ignore install scripts?`,
    );
  }
  // npm may tidy the lock file while installing; the stamp is taken of what is there now.
  writeStamp('install', hash(files.map((file) => join(root, file))));
}

/** Bundles every workspace unless the bundles belong to these sources. */
function build({ declarations }) {
  const sources = workspaces.flatMap((w) => sourceFiles(join(root, w)));
  const wanted = hash([join(root, 'tsup.base.ts'), join(root, 'tsconfig.base.json'), ...sources]);
  const [built, kind] = (stamp('build') ?? '').split(' ');
  if (built === wanted && (!declarations || kind === 'declarations')) return 0;
  say(declarations ? 'building (with declarations)' : 'building');
  for (const workspace of workspaces) {
    const withTypes = declarations && workspace !== 'reference-deploy';
    const status = tool('tsup', ['--silent', ...(withTypes ? ['--dts'] : [])], {
      cwd: join(root, workspace),
    });
    if (status !== 0) fail(`the build of ${workspace} failed; its output is above`);
  }
  writeStamp('build', `${wanted} ${declarations ? 'declarations' : 'code'}`);
  return 0;
}

function sourceFiles(folder) {
  const kept = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'dist', 'test', 'api'].includes(entry.name)) kept.push(...sourceFiles(path));
    } else if (/\.(ts|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) {
      kept.push(path);
    }
  }
  return kept.sort();
}

function hash(files) {
  const digest = createHash('sha256').update(process.platform);
  for (const file of files) {
    digest.update(relative(root, file));
    if (existsSync(file)) digest.update(readFileSync(file));
  }
  return digest.digest('hex');
}

function stamp(name) {
  const file = join(stamps, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function writeStamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, name), value);
}

function asksForHelp() {
  return rest.includes('--help') || rest.includes('-h');
}

function node(args, options) {
  return tool('node', args, options);
}

/** Runs a tool of the tool chain, with the tool chain's Node first on the path of everything it starts. */
function tool(name, args, { cwd = root, env = {} } = {}) {
  const done = spawnSync(join(bin, name), args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
  });
  if (done.error) fail(`cannot start ${name}: ${done.error.message}`);
  return done.status ?? 1;
}

function fail(line) {
  say(line);
  process.exit(1);
}
