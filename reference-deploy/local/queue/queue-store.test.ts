import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, openQueueDatabase } from '../database.js';
import { type Queue, QueueStore, type ReceiveOptions } from './queue-store.js';

const SOURCE = 'arn:aws:sqs:local:000000000000:lean-ops-local-orders-queue';
const DEAD = 'arn:aws:sqs:local:000000000000:lean-ops-local-dlq';

describe('QueueStore', () => {
  let folder: string;
  let database: DatabaseSync;
  let store: QueueStore;
  let queue: Queue;
  let dead: Queue;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-ops-queue-'));
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    store = new QueueStore(database, 1);
    queue = store.ensure(SOURCE);
    dead = store.ensure(DEAD, true);
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (...ids: string[]): void =>
    inTransaction(database, () => {
      for (const id of ids) {
        store.enqueue(queue, { messageId: id, body: `{"id":"${id}"}`, sentTimestampMs: 5, attributes: {} });
      }
    });
  const receive = (nowMs: number, overrides: Partial<ReceiveOptions> = {}, from: Queue = queue) =>
    store.receive(from, {
      max: 10,
      visibilityTimeoutMs: 1_000,
      redrive: { maxReceiveCount: 3, to: dead },
      nowMs,
      ...overrides,
    });

  it('gives messages in the order they were sent, with body, attributes and time unchanged', () => {
    const body = '{"n":1.10,"text":"ä\\u0000 \u2028 𝄞"}';
    inTransaction(database, () =>
      store.enqueue(queue, {
        messageId: 'a',
        body,
        sentTimestampMs: 7,
        attributes: { lean_ops_replay: '{}' },
      }),
    );
    send('b');
    const [first, second] = receive(100);
    expect(first).toMatchObject({
      messageId: 'a',
      body,
      sentTimestampMs: 7,
      receiveCount: 1,
      sourceArn: null,
    });
    expect(first?.attributes).toEqual({ lean_ops_replay: '{}' });
    expect(second?.messageId).toBe('b');
  });

  it('hides a received message until its visibility time-out, then gives it again with a higher count', () => {
    send('a');
    expect(receive(0)).toHaveLength(1);
    expect(receive(999)).toHaveLength(0);
    expect(receive(1_000)).toMatchObject([{ messageId: 'a', receiveCount: 2, firstReceivedMs: 0 }]);
  });

  it('forgets an acknowledged message', () => {
    send('a', 'b');
    const [first] = receive(0);
    store.acknowledge([first!.receipt]);
    expect(receive(5_000).map((message) => message.messageId)).toEqual(['b']);
    expect(store.depth(queue).messages).toBe(1);
  });

  it('ignores the acknowledgement of a receive that has timed out and was given to somebody else', () => {
    send('a');
    const [late] = receive(0);
    const [current] = receive(2_000);
    store.acknowledge([late!.receipt]);
    expect(store.depth(queue).messages).toBe(1);
    store.acknowledge([current!.receipt]);
    expect(store.depth(queue).messages).toBe(0);
  });

  it('moves a message that was received too often to the dead-letter queue, with id, time and source queue', () => {
    send('a');
    for (const now of [0, 1_000, 2_000]) expect(receive(now)).toHaveLength(1);
    expect(receive(3_000)).toHaveLength(0);
    const [letter] = receive(3_000, { redrive: null }, dead);
    expect(letter).toMatchObject({ messageId: 'a', sentTimestampMs: 5, receiveCount: 1, sourceArn: SOURCE });
  });

  it('still gives the messages behind those that are redriven', () => {
    send('a', 'b');
    for (const now of [0, 1_000, 2_000]) receive(now, { max: 1 });
    expect(receive(3_000, { max: 1 }).map((message) => message.messageId)).toEqual(['b']);
  });

  it('keeps a message handed back hidden for the rest of its time-out, claimed by nobody', () => {
    send('a');
    const [message] = receive(0);
    expect(store.depth(queue).claimed).toBe(true);
    store.handBack([message!.receipt]);
    expect(store.depth(queue)).toEqual({ messages: 1, nextVisibleAt: 1_000, claimed: false });
    expect(receive(999)).toHaveLength(0);
    expect(receive(1_000)).toHaveLength(1);
  });

  it('finds the ids of a topic in its queue and among its dead letters', () => {
    send('a', 'b');
    for (const now of [0, 1_000, 2_000]) receive(now, { max: 1 });
    receive(3_000, { max: 1 });
    expect(store.messageIds(SOURCE).sort()).toEqual(['a', 'b']);
    expect(store.messageIds(DEAD)).toEqual([]);
  });

  it('keeps everything over a restart', () => {
    send('a', 'b');
    store.acknowledge([receive(0)[0]!.receipt]);
    database.close();
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    store = new QueueStore(database, 2);
    expect(store.ensure(SOURCE)).toEqual(queue);
    expect(receive(1_000)).toMatchObject([{ messageId: 'b', receiveCount: 2 }]);
  });

  it('gives a message to one of two connections only', () => {
    const other = openQueueDatabase(join(folder, 'queues.sqlite'));
    const second = new QueueStore(other, 2);
    send('a', 'b', 'c');
    const mine = receive(0, { max: 2 });
    const theirs = second.receive(queue, { max: 5, visibilityTimeoutMs: 1_000, redrive: null, nowMs: 0 });
    expect([...mine, ...theirs].map((message) => message.messageId)).toEqual(['a', 'b', 'c']);
    other.close();
  });
});

describe('openQueueDatabase', () => {
  it('refuses a file of a newer version and says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lean-ops-queue-'));
    const path = join(folder, 'queues.sqlite');
    const database = openQueueDatabase(path);
    database.exec('PRAGMA user_version = 9');
    database.close();
    expect(() => openQueueDatabase(path)).toThrow(/version 9.*use a newer lean-ops/);
    rmSync(folder, { recursive: true, force: true });
  });
});
