import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { immediateSleep, ManualClock, silentLogger } from '@lean-ops/core';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, openQueueDatabase } from './database.js';
import { BufferStore } from './firehose/buffer-store.js';
import type { DeliveryStream, FlushOutcome } from './firehose/delivery-stream.js';
import { OwnerRegistry } from './owner-registry.js';
import { Pump, type PumpParts } from './pump.js';
import { EventSourceMapping, type SqsHandler } from './queue/event-source-mapping.js';
import { type Queue, QueueStore } from './queue/queue-store.js';

const SOURCE = 'arn:aws:sqs:local:000000000000:lean-ops-local-orders-queue';

describe('Pump', () => {
  let folder: string;
  let database: DatabaseSync;
  let owners: OwnerRegistry;
  let queues: QueueStore;
  let queue: Queue;
  let dead: Queue;
  let seen: string[];
  let letters: SQSEvent['Records'];
  const clock = new ManualClock();

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-ops-pump-'));
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    owners = new OwnerRegistry(database);
    queues = new QueueStore(database, owners.ownerId);
    queue = queues.ensure(SOURCE);
    dead = queues.ensure('arn:aws:sqs:local:000000000000:lean-ops-local-dlq', true);
    seen = [];
    letters = [];
    clock.set(0);
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (...ids: string[]): void =>
    inTransaction(database, () => {
      for (const messageId of ids) {
        queues.enqueue(queue, { messageId, body: '{}', sentTimestampMs: 1, attributes: {} });
      }
    });

  /** A pump whose processor fails the messages for which `isBad` says so. */
  function pump(
    options: {
      isBad?: (id: string) => boolean;
      processor?: SqsHandler;
      deadLetter?: SqsHandler;
      parts?: Partial<PumpParts>;
    } = {},
  ): Pump {
    const { isBad = () => false, parts = {} } = options;
    const mapping = {
      queues,
      clock,
      logger: silentLogger,
      batchSize: 2,
      visibilityTimeoutMs: 1_000,
      at: () => {},
    };
    const processor: SqsHandler = async ({ Records }) => {
      seen.push(...Records.map(({ messageId }) => messageId));
      const bad = Records.filter(({ messageId }) => isBad(messageId));
      return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    };
    const deadLetter: SqsHandler = async ({ Records }) => {
      letters.push(...Records);
      return { batchItemFailures: [] };
    };
    const nothing: FlushOutcome = { delivered: 0, failed: 0, kept: 0, error: null };
    return new Pump({
      queues,
      owners,
      buffer: new BufferStore(database, owners.ownerId),
      clock,
      sleep: immediateSleep(clock),
      maxDeadLetterFailures: 3,
      stream: { flushDue: async () => nothing, drain: async () => nothing } as unknown as DeliveryStream,
      processor: new EventSourceMapping({
        ...mapping,
        handler: options.processor ?? processor,
        redrive: { maxReceiveCount: 3, to: dead },
      }),
      deadLetters: new EventSourceMapping({
        ...mapping,
        handler: options.deadLetter ?? deadLetter,
        redrive: null,
      }),
      ...parts,
    });
  }

  it('calls the processor for batches until the queue is empty', async () => {
    send('a', 'b', 'c');
    expect(await pump().run()).toMatchObject({ received: 3, handedBack: 0, deadLettered: 0 });
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(queues.depth(queue).messages).toBe(0);
  });

  it('hands back the very messages the processor names, and only those', async () => {
    send('a', 'b', 'c');
    let first = true;
    const isBad = (id: string): boolean => {
      const bad = id === 'b' && first;
      if (bad) first = false;
      return bad;
    };
    expect(await pump({ isBad }).run()).toMatchObject({ received: 4, handedBack: 1, deadLettered: 0 });
    expect(seen).toEqual(['a', 'b', 'c', 'b']);
    expect(clock.now()).toBe(1_000);
  });

  it('sends a message that never works to the dead-letter processor, with its source queue', async () => {
    send('a', 'bad');
    const counts = await pump({ isBad: (id) => id === 'bad' }).run();
    expect(counts).toMatchObject({ received: 4, handedBack: 3, deadLettered: 1 });
    expect(letters.map(({ messageId }) => messageId)).toEqual(['bad']);
    expect(letters[0]?.attributes.DeadLetterQueueSourceArn).toBe(SOURCE);
    expect(letters[0]?.eventSourceARN).toBe(dead.arn);
    expect(queues.depth(dead).messages).toBe(0);
  });

  it('takes a processor that throws, or names a message of no batch, for a failure of the whole batch', async () => {
    send('a', 'b');
    let calls = 0;
    const processor: SqsHandler = async () => {
      calls++;
      if (calls === 1) throw new Error('no luck');
      return { batchItemFailures: calls === 2 ? [{ itemIdentifier: 'other' }] : [] };
    };
    expect(await pump({ processor }).run()).toMatchObject({ received: 6, handedBack: 4 });
    expect(queues.depth(queue).messages).toBe(0);
  });

  it('says so when dead letters cannot be archived, and keeps them', async () => {
    send('bad');
    const deadLetter: SqsHandler = async () => {
      throw new Error('archive is full');
    };
    await expect(pump({ isBad: () => true, deadLetter }).run()).rejects.toMatchObject({
      code: 'DEAD_LETTERS_STUCK',
    });
    expect(queues.depth(dead).messages).toBe(1);
  });

  it('says so when the storage does not take the rest', async () => {
    const kept: FlushOutcome = { delivered: 0, failed: 0, kept: 2, error: new Error('disk full') };
    const stream = { flushDue: async () => kept, drain: async () => kept } as unknown as DeliveryStream;
    await expect(pump({ parts: { stream } }).run()).rejects.toMatchObject({
      code: 'DELIVERY_FAILED',
      message: expect.stringContaining('disk full'),
    });
  });

  it('refuses to wait for ever when sleeping does not move the clock', async () => {
    send('bad');
    const run = pump({ isBad: () => true, parts: { sleep: async () => {} } }).run();
    await expect(run).rejects.toMatchObject({ code: 'CLOCK_STANDS_STILL' });
  });

  it('waits while another live process works, and takes over what that one does not finish in time', async () => {
    send('a');
    const other = new OwnerRegistry(database);
    new QueueStore(database, other.ownerId).receive(queue, {
      max: 1,
      visibilityTimeoutMs: 450,
      redrive: null,
      nowMs: 0,
    });
    expect(await pump().run()).toMatchObject({ received: 1 });
    expect(clock.now()).toBe(450);
  });

  it('stops when it is told to', async () => {
    send('a');
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(pump().run(controller.signal)).rejects.toThrow('enough');
    expect(queues.depth(queue).messages).toBe(1);
  });
});
