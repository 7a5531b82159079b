import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../runtime/clock.js';
import { SqliteStateStore } from './index.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** Node runs TypeScript, but does not look for `x.ts` where `x.js` is imported. */
const RESOLVE_TYPESCRIPT = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (specifier, context, next) =>
  next(/^\\.{1,2}\\/.*\\.js$/.test(specifier) && context.parentURL?.endsWith('.ts') ? specifier.replace(/js$/, 'ts') : specifier, context) });`;
const EXEC_ARGV = ['--import', `data:text/javascript,${encodeURIComponent(RESOLVE_TYPESCRIPT)}`];
const WORKER = fileURLToPath(new URL('../../../test/lease-worker.ts', import.meta.url));

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lean-ops-sqlite-'));
  path = join(folder, 'state.sqlite');
});
afterEach(() => rm(folder, { recursive: true }));

describe('opening a state store', () => {
  test('a file of a newer release is refused, named, and left as it was', async () => {
    await (await SqliteStateStore.open({ path })).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    await expect(SqliteStateStore.open({ path })).rejects.toMatchObject({
      code: 'STATE_STORE_VERSION',
      retryable: false,
      message: expect.stringContaining(path),
      context: { version: 99 },
    });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    database.close();
  });

  test('a file of the first release gets the columns it lacks, and keeps its rows', async () => {
    const database = new DatabaseSync(path);
    database.exec(MIGRATIONS[0]!);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`INSERT INTO tracked_errors VALUES
      ('1', 'quarantine', 'events', 'sqs-1', 'malformed', 'BODY_NOT_JSON', 'not JSON', 'key', 5, 'open', 0)`);
    database.exec('PRAGMA user_version = 1');
    database.close();
    const store = await SqliteStateStore.open({ path });
    expect(await store.errors.get('1')).toMatchObject({ topic: 'events', status: 'open', lastChange: null });
    await store.close();
  });

  test('a database of another program is refused and left as it was', async () => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE theirs (a INTEGER)');
    await expect(SqliteStateStore.open({ path })).rejects.toMatchObject({ code: 'STATE_STORE_UNREADABLE' });
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'theirs' }]);
    database.close();
  });

  test('a file that is no database, and a folder that is not there, are named in the error', async () => {
    await writeFile(path, 'this is text, and long enough to be taken for a page header'.repeat(40));
    await expect(SqliteStateStore.open({ path })).rejects.toMatchObject({ code: 'STATE_STORE_UNREADABLE' });
    const elsewhere = join(folder, 'absent', 'state.sqlite');
    await expect(SqliteStateStore.open({ path: elsewhere })).rejects.toMatchObject({
      code: 'STATE_STORE_UNREADABLE',
      message: expect.stringContaining(elsewhere),
    });
  });

  test('a file that may not be written is named in the error', async () => {
    await (await SqliteStateStore.open({ path })).close();
    const store = await SqliteStateStore.open({ path: `file:${path}?mode=ro` });
    await expect(store.topics.remove('events')).rejects.toMatchObject({
      code: 'STATE_STORE_UNREADABLE',
      message: expect.stringContaining('readonly'),
    });
    await store.close();
  });

  test('what was put is there after closing and opening again', async () => {
    const clock = new ManualClock(1_000);
    const first = await SqliteStateStore.open({ path, clock });
    const lease = await first.leases.acquire({ resource: 'r', owner: 'a', ttlMs: 10 });
    await first.close();
    await first.close();
    const second = await SqliteStateStore.open({ path, clock });
    expect(await second.leases.get('r')).toEqual(lease);
    await second.close();
  });
});

describe('several processes on one file', () => {
  test('a transaction of another process that outlasts the busy timeout gives a retryable error', async () => {
    const store = await SqliteStateStore.open({ path, busyTimeoutMs: 20 });
    const database = new DatabaseSync(path);
    database.exec('BEGIN IMMEDIATE');
    const acquired = store.leases.acquire({ resource: 'r', owner: 'a', ttlMs: 10 });
    await expect(acquired).rejects.toMatchObject({ code: 'STATE_STORE_BUSY', retryable: true });
    database.exec('ROLLBACK');
    expect(await store.leases.acquire({ resource: 'r', owner: 'a', ttlMs: 10 })).not.toBeNull();
    database.close();
    await store.close();
  });

  test('four processes that open, lease and count at once never hold one lease together', async () => {
    const children = Array.from({ length: 4 }, (_, index) =>
      fork(WORKER, [path, `worker-${index}`, '25'], {
        execArgv: EXEC_ARGV,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    );
    const reports = await Promise.all(
      children.map(async (child) => {
        const [[tokens], [exitCode]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
        expect(exitCode).toBe(0);
        return tokens as string[];
      }),
    );
    const tokens = reports.flat().map(BigInt);
    expect(tokens.length).toBe(100);
    expect(new Set(tokens).size).toBe(100);
    const store = await SqliteStateStore.open({ path });
    // Each turn reads and rewrites this counter under the lease: two holders at once would lose a step.
    expect((await store.checkpoints.get('counter', 'curated'))?.sequenceNumber).toBe(100n);
    await store.close();
  });
});
