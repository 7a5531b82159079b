import {
  ManualClock,
  MemoryLogger,
  MemoryMetrics,
  MemoryStateStore,
  type OpsEntry,
  type OpsOutbox,
  seededRandom,
} from '@lean-ops/core';
import type { BatchDrift } from '@lean-ops/ingest';
import { beforeEach, describe, expect, it } from 'vitest';
import { DriftLog } from './drift-log.js';

const NOW = Date.UTC(2026, 0, 15, 12);
/** Longer than the longest pause between two writes. */
const PAUSE_MS = 75_000;

const odd = (id: string, overrides: Partial<BatchDrift> = {}): BatchDrift => ({
  topic: 'orders',
  kind: 'TRUNCATED_PUBLISH_TIME',
  field: 'publish_time',
  path: 'publishTime',
  count: 1,
  sqsMessageIds: [id],
  sample: 'secret',
  ...overrides,
});

describe('the drift log of an instance', () => {
  const clock = new ManualClock(NOW);
  let outbox: OpsOutbox;
  let metrics: MemoryMetrics;
  let logger: MemoryLogger;
  let puts: number;
  let put: OpsOutbox['put'];

  beforeEach(() => {
    clock.set(NOW);
    outbox = new MemoryStateStore({ clock }).outbox;
    metrics = new MemoryMetrics();
    logger = new MemoryLogger();
    puts = 0;
    put = (entries) => outbox.put(entries);
  });

  const open = (intervalMs?: number) =>
    new DriftLog({
      outbox: {
        put: (entries) => {
          puts += 1;
          return put(entries);
        },
      },
      clock,
      random: seededRandom(1),
      logger,
      metrics,
      ...(intervalMs === undefined ? {} : { intervalMs }),
    });

  const logged = async (): Promise<OpsEntry['row'][]> =>
    (await outbox.peek('drift_log', 10_000)).map(({ row }) => row);

  it('writes at once what is odd for the first time in a while', async () => {
    const log = open();
    log.add([odd('m-1')]);
    await log.write();
    expect(await logged()).toMatchObject([{ topic: 'orders', count: 1, observed_at: NOW, sample: null }]);
    expect(metrics.total('DriftLogged')).toBe(1);
  });

  it('writes about once a minute where every batch is odd, with nothing left out of the counts', async () => {
    const log = open();
    for (let batch = 0; batch < 600; batch += 1) {
      log.add([odd(`m-${batch}`, { count: 10 })]);
      await log.write();
      clock.advance(1_000);
    }
    clock.advance(PAUSE_MS);
    await log.write();
    expect(puts).toBeGreaterThan(7);
    expect(puts).toBeLessThan(16);
    const counts = (await logged()).map((row) => Number(row['count']));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(6_000);
    expect(metrics.total('DriftLogged')).toBe(6_000);
  });

  it('writes what waits with the next batch, though that one is not odd', async () => {
    const log = open();
    for (const id of ['m-1', 'm-2']) {
      log.add([odd(id)]);
      await log.write();
    }
    expect(await logged()).toHaveLength(1);
    clock.advance(PAUSE_MS);
    log.add([]);
    await log.write();
    expect(await logged()).toMatchObject([{ count: 1 }, { count: 1, observed_at: NOW }]);
  });

  it('keeps the kinds, fields and topics apart', async () => {
    const log = open();
    log.add([odd('m-1'), odd('m-1', { topic: 'clicks' }), odd('m-1', { kind: 'UNUSABLE_ID' })]);
    log.add([odd('m-2', { path: 'publish_time' }), odd('m-2')]);
    await log.write();
    expect((await logged()).map((row) => row['count'])).toEqual([2, 1, 1, 1]);
  });

  it('keeps what the outbox did not take, counts that, and writes it with the same ids a pause later', async () => {
    const log = open();
    // Taken, but the answer is lost.
    put = async (entries) => {
      await outbox.put(entries);
      throw new Error('time-out');
    };
    log.add([odd('m-1')]);
    await log.write();
    expect(metrics.total('DriftNotLogged')).toBe(1);
    expect(metrics.total('DriftLogged')).toBe(0);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
    put = (entries) => outbox.put(entries);
    log.add([odd('m-2')]);
    await log.write();
    expect(puts).toBe(1);
    for (const _turn of [1, 2]) {
      clock.advance(PAUSE_MS);
      await log.write();
    }
    expect((await logged()).map((row) => row['count'])).toEqual([1, 1]);
    expect(metrics.total('DriftLogged')).toBe(2);
  });

  it('writes in pieces, and keeps only the pieces that were not taken', async () => {
    const log = open();
    put = async (entries) => {
      if (puts === 2) throw new Error('busy');
      await outbox.put(entries);
    };
    log.add(Array.from({ length: 100 }, (_, index) => odd('m-1', { topic: `topic_${index}` })));
    await log.write();
    const taken = (await logged()).length;
    expect(taken).toBeGreaterThan(0);
    expect(metrics.total('DriftNotLogged')).toBe(100 - taken);
    clock.advance(PAUSE_MS);
    await log.write();
    expect(await logged()).toHaveLength(100);
    expect(metrics.total('DriftLogged')).toBe(100);
  });

  it('ends a write that hangs with the signal', async () => {
    const log = open();
    put = () => new Promise(() => undefined);
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error('time is over')));
    log.add([odd('m-1')]);
    await log.write(stop.signal);
    expect(metrics.total('DriftNotLogged')).toBe(1);
  });

  it('begins nothing where the time is over already, and leaves the pause as it is', async () => {
    const log = open();
    log.add([odd('m-1')]);
    await log.write(AbortSignal.abort(new Error('time is over')));
    expect([puts, metrics.total('DriftNotLogged')]).toEqual([0, 0]);
    await log.write();
    expect(await logged()).toHaveLength(1);
  });

  it('does not wait for a clock that was set back', async () => {
    const log = open();
    log.add([odd('m-1')]);
    await log.write();
    clock.advance(-3_600_000);
    log.add([odd('m-2')]);
    await log.write();
    expect(await logged()).toHaveLength(2);
  });

  it('writes with every batch where it is told not to wait', async () => {
    const log = open(0);
    for (const id of ['m-1', 'm-2']) {
      log.add([odd(id)]);
      await log.write();
    }
    expect(await logged()).toHaveLength(2);
  });

  it('asks little of the outbox that all instances share, though every message of every topic is odd', async () => {
    const MINUTES = 3;
    const random = seededRandom(1);
    let count = 0;
    put = async (entries) => {
      count += entries.reduce((sum, { row }) => sum + Number(row['count']), 0);
    };
    const logs = Array.from({ length: 28 }, () => open());
    // 700 topics, of each a batch every five seconds: 140 a second, to whichever instance is free.
    for (let second = 0; second < MINUTES * 60; second += 1) {
      for (let batch = 0; batch < 140; batch += 1) {
        const log = logs[Math.floor(random.next() * logs.length)]!;
        log.add([odd(`m-${second}-${batch}`, { topic: `topic_${(second * 140 + batch) % 700}` })]);
        await log.write();
      }
      clock.advance(1_000);
    }
    expect(puts / (MINUTES * 60)).toBeLessThan(5);
    clock.advance(PAUSE_MS);
    for (const log of logs) await log.write();
    expect(count).toBe(MINUTES * 60 * 140);
  });
});
