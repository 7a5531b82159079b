import assert from 'node:assert/strict';
import type { Clock, Logger, LogLevel, Metrics, Random, Sleep } from '../ports/runtime.js';
import type { ContractCase } from './contract-case.js';

/** What every `Clock` promises. */
export function clockContract(create: () => Clock): ContractCase[] {
  return [
    {
      name: 'clock: gives milliseconds since 1970 as a finite number',
      run: async () => assert.ok(Number.isFinite(create().now())),
    },
    {
      name: 'clock: does not run backwards by itself',
      run: async () => {
        const clock = create();
        const first = clock.now();
        assert.ok(clock.now() >= first);
      },
    },
  ];
}

/** What every `Random` promises. */
export function randomContract(create: () => Random): ContractCase[] {
  return [
    {
      name: 'random: numbers are in [0, 1) and spread over it',
      run: async () => {
        const random = create();
        const numbers = Array.from({ length: 2_000 }, () => random.next());
        assert.ok(numbers.every((number) => number >= 0 && number < 1));
        const tenths = new Set(numbers.map((number) => Math.floor(number * 10)));
        assert.equal(tenths.size, 10);
      },
    },
    {
      name: 'random: identifiers are version 4 UUIDs, each a new one',
      run: async () => {
        const random = create();
        const identifiers = Array.from({ length: 1_000 }, () => random.uuid());
        const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
        assert.ok(identifiers.every((identifier) => version4.test(identifier)));
        assert.equal(new Set(identifiers).size, identifiers.length);
      },
    },
  ];
}

/** What every `Sleep` promises. */
export function sleepContract(create: () => Sleep): ContractCase[] {
  return [
    { name: 'sleep: resolves', run: async () => create()(1) },
    {
      name: "sleep: rejects at once with the signal's reason when it was aborted before",
      run: async () => {
        const reason = new Error('stopped');
        const slept = create()(60_000, AbortSignal.abort(reason));
        await assert.rejects(slept, (error) => error === reason);
      },
    },
  ];
}

/** What every `Logger` promises; `lines` gives what was written so far. */
export function loggerContract(
  create: () => {
    logger: Logger;
    lines(): { level: LogLevel; message: string; fields: Readonly<Record<string, unknown>> }[];
  },
): ContractCase[] {
  return [
    {
      name: 'logger: keeps level, message and fields',
      run: async () => {
        const { logger, lines } = create();
        logger.warn('low', { shelf: 3 });
        logger.error('out');
        const [first, second] = lines();
        assert.deepEqual([first?.level, first?.message, first?.fields['shelf']], ['warn', 'low', 3]);
        assert.deepEqual([second?.level, second?.message], ['error', 'out']);
      },
    },
    {
      name: 'logger: lines of a child carry its fields, and those of its parents',
      run: async () => {
        const { logger, lines } = create();
        logger.child({ topic: 'events' }).child({ run: 1 }).info('done', { rows: 2 });
        const [line] = lines();
        assert.deepEqual(
          [line?.fields['topic'], line?.fields['run'], line?.fields['rows']],
          ['events', 1, 2],
        );
      },
    },
    {
      name: 'logger: a field that JSON cannot hold does not throw',
      run: async () => {
        const { logger, lines } = create();
        const circular: Record<string, unknown> = {};
        circular['self'] = circular;
        logger.error('odd', { circular, big: 1n, error: new Error('inner') });
        assert.equal(lines()[0]?.message, 'odd');
      },
    },
  ];
}

/** What every `Metrics` promises; `read` gives what was measured so far. */
export function metricsContract(
  create: () => {
    metrics: Metrics;
    read(): { name: string; value: number; dimensions: Readonly<Record<string, string>> }[];
  },
): ContractCase[] {
  return [
    {
      name: 'metrics: keeps name, value and dimensions',
      run: async () => {
        const { metrics, read } = create();
        metrics.add('Accepted', 2, 'Count', { topic: 'events' });
        metrics.add('Latency', 1.5, 'Milliseconds');
        const seen = read().map(({ name, value, dimensions }) => [name, value, dimensions['topic'] ?? null]);
        assert.deepEqual(seen, [
          ['Accepted', 2, 'events'],
          ['Latency', 1.5, null],
        ]);
      },
    },
  ];
}
