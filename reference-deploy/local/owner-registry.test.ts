import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inTransaction, openQueueDatabase } from './database.js';
import { OwnerRegistry } from './owner-registry.js';
import { formatIdentity, isDead, ownIdentity } from './process-identity.js';
import { QueueStore } from './queue/queue-store.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lean-ops-owner-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes this process for alive and one that has exited for dead', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const identity = { ...ownIdentity(), pid: child.pid!, started: null };
  expect(isDead(identity)).toBe(false);
  expect(isDead(ownIdentity())).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isDead(identity)).toBe(true);
});

it('takes a process for dead when its number was given to a later one', () => {
  const identity = ownIdentity();
  if (identity.started === null) return;
  expect(isDead({ ...identity, started: '1' })).toBe(true);
});

it('never takes a process on another machine for dead', () => {
  expect(isDead({ host: 'elsewhere.invalid', pid: 2 ** 30, started: null })).toBe(false);
});

it('gives up at once what a dead process had received, and leaves the claims of live ones', () => {
  const database = openQueueDatabase(join(folder, 'queues.sqlite'));
  const live = new OwnerRegistry(database);
  const dead = new OwnerRegistry(database);
  database
    .prepare('UPDATE owners SET identity = ? WHERE owner_id = ?')
    .run(formatIdentity({ ...ownIdentity(), pid: 2 ** 22 + 1, started: null }), dead.ownerId);
  const options = { max: 1, visibilityTimeoutMs: 60_000, redrive: null, nowMs: 0 };
  const liveStore = new QueueStore(database, live.ownerId);
  const deadStore = new QueueStore(database, dead.ownerId);
  const queue = liveStore.ensure('arn:aws:sqs:local:000000000000:lean-ops-local-orders-queue');
  inTransaction(database, () => {
    for (const messageId of ['mine', 'lost']) {
      liveStore.enqueue(queue, { messageId, body: '{}', sentTimestampMs: 0, attributes: {} });
    }
  });
  liveStore.receive(queue, options);
  deadStore.receive(queue, options);
  const observer = new OwnerRegistry(database);
  observer.releaseDeadOwners();
  expect(liveStore.receive(queue, options).map((message) => message.messageId)).toEqual(['lost']);
  expect(liveStore.receive(queue, options)).toEqual([]);
  database.close();
});
