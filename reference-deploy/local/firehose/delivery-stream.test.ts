import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { immediateSleep, ManualClock, silentLogger } from '@lean-ops/core';
import type { FirehoseTransformationEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQueueDatabase } from '../database.js';
import { BufferStore } from './buffer-store.js';
import { DeliveryStream, type DeliveryStreamOptions } from './delivery-stream.js';
import type { DeliveryFailure, DeliveryResult, DeliveryTarget } from './delivery-target.js';

type TransformResult = Awaited<ReturnType<DeliveryStreamOptions['transform']>>;

/** Keeps what it is given; answers as told per destination. */
class RecordingTarget {
  readonly delivered: { table: string; rows: string[] }[] = [];
  readonly failed: DeliveryFailure[] = [];
  answers: Record<string, DeliveryResult> = {};

  async deliver(
    destination: { name: string },
    deliveries: readonly { data: Uint8Array }[],
  ): Promise<DeliveryResult> {
    const answer = this.answers[destination.name] ?? { status: 'delivered' };
    if (answer.status === 'delivered') {
      const rows = deliveries.map(({ data }) => new TextDecoder().decode(data));
      this.delivered.push({ table: destination.name, rows });
    }
    return answer;
  }

  async fail(failures: readonly DeliveryFailure[]): Promise<void> {
    this.failed.push(...failures);
  }
}

/** Routes a record to the table its text begins with: `orders:1` → `orders_staging`. */
async function route(event: FirehoseTransformationEvent): Promise<TransformResult> {
  const records = event.records.map(({ recordId, data }) => {
    const [topic] = Buffer.from(data, 'base64').toString().split(':');
    const metadata = {
      otfMetadata: {
        destinationDatabaseName: 'raw',
        destinationTableName: `${topic}_staging`,
        operation: 'insert' as const,
      },
    };
    return { recordId, result: 'Ok' as const, data, metadata };
  });
  return { records } as TransformResult;
}

describe('DeliveryStream', () => {
  let folder: string;
  let database: DatabaseSync;
  let buffer: BufferStore;
  let target: RecordingTarget;
  const clock = new ManualClock(1_000);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lean-ops-stream-'));
    database = openQueueDatabase(join(folder, 'queues.sqlite'));
    buffer = new BufferStore(database, 1);
    target = new RecordingTarget();
    clock.set(1_000);
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const stream = (overrides: Partial<DeliveryStreamOptions> = {}): DeliveryStream =>
    new DeliveryStream({
      arn: 'arn:aws:firehose:local:000000000000:deliverystream/lean-ops-local-raw',
      buffer,
      hints: { maxBytes: 1_000, maxRecords: 3, intervalMs: 60_000 },
      clock,
      sleep: immediateSleep(clock),
      logger: silentLogger,
      transform: route,
      target: target as unknown as DeliveryTarget,
      at: () => {},
      ...overrides,
    });
  const put = (...texts: string[]): void =>
    buffer.put(
      texts.map((text) => ({ topic: text.split(':')[0] as string, bytes: Buffer.from(text) })),
      clock.now(),
    );

  it('delivers nothing before a buffering hint is reached', async () => {
    put('orders:1', 'orders:2');
    expect(await stream().flushDue()).toMatchObject({ delivered: 0 });
    expect(buffer.depth().records).toBe(2);
  });

  it('delivers when the number of records is reached, in their order', async () => {
    put('orders:1', 'orders:2', 'orders:3', 'orders:4');
    expect(await stream().flushDue()).toMatchObject({ delivered: 3 });
    expect(target.delivered).toEqual([
      { table: 'orders_staging', rows: ['orders:1', 'orders:2', 'orders:3'] },
    ]);
    expect(buffer.depth().records).toBe(1);
  });

  it('delivers when the bytes are reached', async () => {
    put('orders:1', 'orders:2');
    const hints = { maxBytes: 16, maxRecords: 100, intervalMs: 60_000 };
    expect(await stream({ hints }).flushDue()).toMatchObject({ delivered: 2 });
  });

  it('delivers when the oldest record is as old as the interval, on the injected clock', async () => {
    put('orders:1');
    clock.advance(59_999);
    expect(await stream().flushDue()).toMatchObject({ delivered: 0 });
    clock.advance(1);
    expect(await stream().flushDue()).toMatchObject({ delivered: 1 });
  });

  it('drains in appends of one table each', async () => {
    put('orders:1', 'visits:1', 'orders:2', 'orders:3');
    expect(await stream().drain()).toMatchObject({ delivered: 4, kept: 0 });
    expect(target.delivered).toEqual([
      { table: 'orders_staging', rows: ['orders:1', 'orders:2'] },
      { table: 'visits_staging', rows: ['visits:1'] },
      { table: 'orders_staging', rows: ['orders:3'] },
    ]);
  });

  it('keeps below the size of a Lambda event', async () => {
    const sizes: number[] = [];
    const body = 'x'.repeat(900_000);
    put(...Array.from({ length: 8 }, (_, index) => `orders:${index}${body}`));
    const hints = { maxBytes: 1e9, maxRecords: 100, intervalMs: 1 };
    const transform = async (event: FirehoseTransformationEvent) => {
      sizes.push(JSON.stringify(event).length);
      return await route(event);
    };
    expect(await stream({ hints, transform }).drain()).toMatchObject({ delivered: 8 });
    expect(Math.max(...sizes)).toBeLessThan(6 * 1024 * 1024);
    expect(target.delivered).toHaveLength(1);
  });

  it('forgets archived records and goes on with the other tables', async () => {
    target.answers = { orders_staging: { status: 'failed' } };
    put('orders:1', 'visits:1');
    expect(await stream().drain()).toMatchObject({ delivered: 1, failed: 1, kept: 0 });
    expect(buffer.depth().records).toBe(0);
  });

  it('keeps records that the storage does not take now, delivers the rest, and tries them again next time', async () => {
    const error = new Error('disk full');
    target.answers = { orders_staging: { status: 'kept', error } };
    put('orders:1', 'visits:1');
    expect(await stream().drain()).toEqual({ delivered: 1, failed: 0, kept: 1, error });
    target.answers = {};
    expect(await stream().drain()).toMatchObject({ delivered: 1 });
    expect(target.delivered.at(-1)).toEqual({ table: 'orders_staging', rows: ['orders:1'] });
  });

  it('archives a record that the transform drops, fails, answers under another id or sends nowhere', async () => {
    const transform = async (event: FirehoseTransformationEvent) => {
      const { records } = await route(event);
      const [first, second, third, fourth, fifth] = records;
      const answers = [
        { ...first, result: 'Dropped' },
        { ...second, result: 'ProcessingFailed' },
        { ...third, recordId: 'other' },
        { ...fourth, metadata: undefined },
        fifth,
      ];
      return { records: answers } as unknown as TransformResult;
    };
    put('orders:1', 'orders:2', 'orders:3', 'orders:4', 'orders:5');
    const hints = { maxBytes: 1_000, maxRecords: 5, intervalMs: 60_000 };
    expect(await stream({ transform, hints }).drain()).toMatchObject({ delivered: 1, failed: 4 });
    expect(target.failed.map(({ code }) => code)).toEqual([
      'TRANSFORM_PROCESSING_FAILED',
      'TRANSFORM_PROCESSING_FAILED',
      'TRANSFORM_RECORD_MISSING',
      'TRANSFORM_PROCESSING_FAILED',
    ]);
    expect(target.delivered).toEqual([{ table: 'orders_staging', rows: ['orders:5'] }]);
  });

  it('calls a transform that throws three times, then archives the records with its reason', async () => {
    let calls = 0;
    const transform = async (): Promise<TransformResult> => {
      calls++;
      throw new Error('out of memory');
    };
    put('orders:1');
    expect(await stream({ transform }).drain()).toMatchObject({ failed: 1 });
    expect(calls).toBe(3);
    expect(target.failed[0]).toMatchObject({ code: 'TRANSFORM_FAILED', message: 'out of memory' });
  });

  it('gives records up when their delivery breaks off', async () => {
    put('orders:1', 'visits:1');
    const at = (point: string): void => {
      if (point === 'removed') throw new Error('broken off');
    };
    await expect(stream({ at }).drain()).rejects.toThrow('broken off');
    expect(await stream().drain()).toMatchObject({ delivered: 1 });
    expect(target.delivered.map(({ table }) => table)).toEqual(['orders_staging', 'visits_staging']);
  });

  it('takes over records whose claim has ended, even where nothing else waits', async () => {
    put('orders:1', 'orders:2');
    // A process on another machine: nobody here can see whether it still runs.
    new BufferStore(database, 2).claim({ maxRecords: 10, maxBytes: 1_000, nowMs: clock.now(), claimMs: 500 });
    expect(await stream().drain()).toMatchObject({ delivered: 0 });
    clock.set(clock.now() + 500);
    expect(await stream().drain()).toMatchObject({ delivered: 2 });
  });
});
