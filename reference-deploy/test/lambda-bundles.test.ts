import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import settings from '../settings/functions.json' with { type: 'json' };
import platform from '../settings/platform.json' with { type: 'json' };

const DEPLOY = join(import.meta.dirname, '..');
const TSUP = join(DEPLOY, '..', 'node_modules', '.bin', 'tsup');
const FUNCTIONS = Object.keys(settings).sort();

/** What functions read when they start; nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  LEAN_OPS_PROJECT: 'lean-ops',
  LEAN_OPS_ENVIRONMENT: 'test',
  LEAN_OPS_STATE_TABLE: 'state',
  LEAN_OPS_ARCHIVE_BUCKET: 'archive',
  LEAN_OPS_STREAMS: 'raw-0,raw-1',
  LEAN_OPS_WAREHOUSE: 's3://lake/warehouse',
  LEAN_OPS_CATALOG: 'glue',
  LEAN_OPS_TOPICS: 's3://schemas/topics.json',
  LEAN_OPS_PROCESSOR_ARN: 'arn:aws:lambda:eu-west-1:123456789012:function:lean-ops-test-sqs-processor',
  LEAN_OPS_BREAKERS: JSON.stringify(platform.breakers),
};

function bundleInto(folder: string): void {
  const env = { ...process.env, LEAN_OPS_LAMBDA_FOLDER: folder };
  const done = spawnSync(TSUP, ['--silent', '--config', 'aws/tsup.config.ts'], {
    cwd: DEPLOY,
    encoding: 'utf8',
    env,
  });
  expect(done.status, `${done.stdout}${done.stderr}`).toBe(0);
}

/** Every file below a folder, with a hash of its bytes. */
function hashes(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path): [string, string] => [
        path.slice(folder.length),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ])
      .sort(),
  );
}

function start(folder: string, name: string, environment: Record<string, string>) {
  const file = pathToFileURL(join(folder, name, 'index.mjs')).href;
  const code = `const { handler } = await import(${JSON.stringify(file)}); console.log(typeof handler);`;
  // An environment of its own: nothing of this machine's AWS configuration.
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8', env });
}

describe('the bundles of the functions', () => {
  let first: string;
  let second: string;

  beforeAll(() => {
    first = mkdtempSync(join(tmpdir(), 'lean-ops-lambda-'));
    second = mkdtempSync(join(tmpdir(), 'lean-ops-lambda-'));
    bundleInto(first);
  });
  afterAll(() => {
    for (const folder of [first, second]) rmSync(folder, { recursive: true, force: true });
  });

  it('are those of the settings', () => {
    expect(readdirSync(first).sort()).toEqual(FUNCTIONS);
  });

  it('are the same bytes when they are built again', () => {
    bundleInto(second);
    expect(hashes(second)).toEqual(hashes(first));
  }, 300_000);

  it.each(FUNCTIONS)('%s starts by itself and has a handler', (name) => {
    const { status, stdout, stderr } = start(first, name, ENVIRONMENT);
    expect(stderr).toBe('');
    expect([status, stdout.trim()]).toEqual([0, 'function']);
  });

  it('say in one error what their environment lacks', () => {
    const { status, stderr } = start(first, 'sqs-processor', {
      ...ENVIRONMENT,
      LEAN_OPS_STREAMS: '',
      LEAN_OPS_STATE_TABLE: '',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('AwsError');
    expect(stderr).toContain('ENVIRONMENT_INVALID');
    expect(stderr).toMatch(/LEAN_OPS_STREAMS is not set/);
  });

  it('have Parquet beside them exactly where they read or write data files', () => {
    const withParquet = FUNCTIONS.filter((name) =>
      readdirSync(join(first, name)).includes('parquet_wasm_bg.wasm'),
    );
    expect(withParquet).toEqual([
      'curate',
      'flush-ops',
      'maintain-table',
      'plan-maintenance',
      'rebuild-topic',
      'reconcile',
      'standardize',
    ]);
    for (const name of ['standardize', 'reconcile', 'rebuild-topic'])
      expect(readdirSync(join(first, name))).toContain('lean-ops-curate-worker.js');
  });

  it('are small where messages wait for them to start', () => {
    for (const name of ['sqs-processor', 'firehose-transform', 'dead-letter-processor']) {
      const files = readdirSync(join(first, name)).map((file) => statSync(join(first, name, file)).size);
      expect(files.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_200_000);
    }
  });
});
