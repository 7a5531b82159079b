import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, MemoryLogger } from '@lean-ops/core';
import type { JobOptions, StandardizeReport } from '@lean-ops/curate';
import { MemoryCatalog } from '@lean-ops/iceberg';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fileEmitter, httpEmitter, type LineageEmitter } from './lineage-emitter.js';
import { observedJob } from './observed-job.js';
import { datasetName, type RunEvent, uuidOf } from './open-lineage.js';

const clock = new ManualClock(Date.UTC(2026, 0, 15));
const REPORT = {
  layer: 'standardized',
  topic: 'orders',
  runId: 'round-1.orders',
  from: null,
  to: 9_007_199_254_740_993n,
  rowsRead: 4,
  inserted: 2,
  updated: 1,
  finished: true,
} as StandardizeReport;

let catalog: MemoryCatalog;
let logger: MemoryLogger;
beforeEach(async () => {
  catalog = new MemoryCatalog();
  logger = new MemoryLogger();
  for (const [namespace, name] of [
    ['raw', 'orders_staging'],
    ['standardized', 'orders'],
  ] as const) {
    const schema = { fields: [{ name: 'id', type: 'long', required: true }] } as const;
    await (await catalog.createTable({ namespace, name }, { schema })).append([{ id: 1n }]);
  }
});

const options = { topic: 'orders', runId: 'round-1.orders' } as JobOptions;
const observed = (emitter: LineageEmitter, run: () => Promise<StandardizeReport>) =>
  observedJob(
    { run, from: 'raw', to: 'standardized' },
    { emitter, catalog, clock, logger, namespace: 'lean-ops-dev' },
  )(options);

async function eventsOf(run: () => Promise<StandardizeReport>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await observed({ emit: async (event) => void events.push(event) }, run).catch(() => undefined);
  return events;
}

describe('an observed job', () => {
  it('tells of its start and its end, with tables, versions and rows', async () => {
    const [start, complete, ...rest] = await eventsOf(async () => REPORT);
    expect(rest).toEqual([]);
    expect(start).toMatchObject({
      eventType: 'START',
      eventTime: '2026-01-15T00:00:00.000Z',
      job: { namespace: 'lean-ops-dev', name: 'orders.standardized' },
    });
    const { location } = await catalog.loadTable({ namespace: 'standardized', name: 'orders' });
    expect(complete).toMatchObject({
      eventType: 'COMPLETE',
      run: { runId: start!.run.runId, facets: { leanOps: { to: '9007199254740993', inserted: 2 } } },
      inputs: [{ inputFacets: { inputStatistics: { rowCount: 4 } } }],
      outputs: [
        {
          ...datasetName(location),
          facets: {
            schema: { fields: [{ name: 'id', type: 'long' }] },
            symlinks: { identifiers: [{ name: 'standardized.orders', type: 'TABLE' }] },
          },
          outputFacets: { outputStatistics: { rowCount: 3 } },
        },
      ],
    });
  });

  it('tells of a failure and fails as before', async () => {
    const failing = (): Promise<never> => Promise.reject(new TypeError('no such thing'));
    expect((await eventsOf(failing)).at(-1)).toMatchObject({
      eventType: 'FAIL',
      run: { facets: { errorMessage: { message: 'TypeError: no such thing' } } },
    });
    await expect(observed({ emit: async () => {} }, failing)).rejects.toThrow('no such thing');
  });

  it('is running still where it hands over', async () => {
    const events = await eventsOf(async () => ({ ...REPORT, finished: false }));
    expect(events.map(({ eventType }) => eventType)).toEqual(['START', 'RUNNING']);
  });

  it('ends as without lineage where nobody takes the events, and says so in the log', async () => {
    const down = { emit: () => Promise.reject(new Error('down')) };
    expect(await observed(down, async () => REPORT)).toBe(REPORT);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
  });
});

describe('events go', () => {
  it('to a file, one a line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lean-ops-lineage-'));
    try {
      const file = join(folder, 'new', 'events.ndjson');
      await observed(fileEmitter(file), async () => REPORT);
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as RunEvent).eventType)).toEqual(['START', 'COMPLETE']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('to a server, with its key', async () => {
    const taken: { authorization: string | undefined; body: RunEvent }[] = [];
    const server = createServer(async (request, response) => {
      const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as RunEvent;
      taken.push({ authorization: request.headers.authorization, body });
      response.writeHead(body.eventType === 'START' ? 201 : 500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/api/v1/lineage`;
      expect(await observed(httpEmitter({ url, apiKey: 'secret' }), async () => REPORT)).toBe(REPORT);
      expect(taken.map(({ authorization, body }) => [authorization, body.eventType])).toEqual([
        ['Bearer secret', 'START'],
        ['Bearer secret', 'COMPLETE'],
      ]);
      expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
    } finally {
      server.close();
    }
  });
});

describe('a server that does not answer', () => {
  const event = { eventType: 'START' } as RunEvent;

  it('is left alone for a while: jobs that follow do not wait for it', async () => {
    const now = new ManualClock(0);
    let tries = 0;
    const fetch = async (): Promise<Response> => {
      tries += 1;
      if (tries === 1) throw new Error('timeout');
      return new Response();
    };
    const emitter = httpEmitter({ url: 'https://lineage.example', clock: now, fetch });
    await expect(emitter.emit(event)).rejects.toThrow('timeout');
    await emitter.emit(event);
    expect(tries).toBe(1);
    now.advance(300_000);
    await emitter.emit(event);
    expect(tries).toBe(2);
  });

  it('holds up no job: it runs while its start is told', async () => {
    const order: string[] = [];
    let answer: (() => void) | undefined;
    const emitter: LineageEmitter = {
      emit: async ({ eventType }) => {
        if (eventType === 'START') await new Promise<void>((resolve) => (answer = resolve));
        order.push(eventType);
      },
    };
    const done = observed(emitter, async () => {
      order.push('run');
      return REPORT;
    });
    await vi.waitFor(() => expect(answer).toBeDefined());
    expect(order).toEqual(['run']);
    answer!();
    await done;
    expect(order).toEqual(['run', 'START', 'COMPLETE']);
  });

  it('is asked with a key that is read once', async () => {
    let read = 0;
    const keys: unknown[] = [];
    const emitter = httpEmitter({
      url: 'https://lineage.example',
      apiKey: async () => `key-${++read}`,
      fetch: async (_url, init) => {
        keys.push((init!.headers as Record<string, string>)['authorization']);
        return new Response();
      },
    });
    await emitter.emit(event);
    await emitter.emit(event);
    expect(keys).toEqual(['Bearer key-1', 'Bearer key-1']);
  });
});

describe('names', () => {
  it.each([
    ['s3://lake/warehouse/raw/orders/', 's3://lake', 'warehouse/raw/orders'],
    ['/srv/wh/raw/orders', 'file', '/srv/wh/raw/orders'],
    ['file:///srv/wh/raw/orders', 'file', '/srv/wh/raw/orders'],
    ['memory://catalog/raw/orders', 'memory://catalog', 'raw/orders'],
  ])('of a table at %s are %s and %s', (location, namespace, name) => {
    expect(datasetName(location)).toEqual({ namespace, name });
  });

  it('of runs are UUIDs, the same each time', () => {
    expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf('a')).toBe(uuidOf('a'));
    expect(uuidOf('a')).not.toBe(uuidOf('b'));
  });
});
