import type { TopicContract } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { CONTRACT, CURATED, ERRORS, envelope, STANDARDIZED, World } from './support/world.js';

const MENDED: TopicContract = {
  ...CONTRACT,
  version: '1.1.0',
  columns: { ...CONTRACT.columns, amount: { type: 'decimal(10,2)', default: 0 } },
};

async function run(
  world: World,
  contract: TopicContract = CONTRACT,
): Promise<Awaited<ReturnType<World['curate']>>> {
  await world.standardize({ contract });
  return await world.curate({ contract });
}

async function ids(world: World, table: typeof CURATED): Promise<unknown[]> {
  return (await world.rows(table)).map((row) => row['message_id']).sort();
}

describe('Curated', () => {
  test('never shows what has been superseded: a failing version deletes the row of the older one', async () => {
    const world = new World();
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'good', sent: 1, payload: { amount: 1 } }),
    ]);
    await run(world);
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'bad', sent: 2, payload: { amount: 12.345 } }),
    ]);
    expect(await run(world)).toMatchObject({ deleted: 1, failed: 1, inserted: 0 });
    expect(await ids(world, CURATED)).toEqual([]);
    expect(await world.rows(ERRORS)).toMatchObject([
      {
        _merge_key: 'k:a',
        message_id: 'bad',
        failures: [{ column: 'amount', code: 'CAST_SCALE_EXCEEDED' }],
        _schema_version: '1.0.0',
      },
    ]);
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'mended', sent: 3, payload: { amount: 2 } }),
    ]);
    expect(await run(world)).toMatchObject({ inserted: 1 });
    expect(await ids(world, CURATED)).toEqual(['mended']);
    expect(await ids(world, ERRORS)).toEqual([]);
  });

  test('lists every failing column of a version in one row, sensitive values masked as in Curated', async () => {
    const world = new World();
    const contract: TopicContract = {
      ...CONTRACT,
      columns: {
        amount: { type: 'int', cde: true },
        name: { type: 'string', cde: 'nonblank' },
        ssn: { type: 'string', sensitive: 'last4' },
        secret: { type: 'string', sensitive: 'drop' },
      },
    };
    await world.receive([
      envelope({
        message_id: 'bad',
        json: '{"amount":3.0e10,"name":" ","ssn":"123456789","secret":"s3cret","Other":1}',
      }),
      envelope({ message_id: 'good', json: '{"amount":3,"name":"n","ssn":"123456789","secret":"s3cret"}' }),
    ]);
    await run(world, contract);
    const [error] = await world.rows(ERRORS);
    expect((error!['failures'] as { column: string }[]).map(({ column }) => column)).toEqual([
      'amount',
      'name',
    ]);
    const shown = JSON.parse(error!['row'] as string) as Record<string, string>;
    expect(shown).toMatchObject({ '$.amount': '3.0e10', '$.Other': '1', message_id: 'bad' });
    expect(shown['$.ssn']).toMatch(/6789$/);
    expect(error!['row']).not.toMatch(/12345|s3cret/);
    const [row] = await world.rows(CURATED);
    expect(row!['ssn']).toBe(shown['$.ssn']);
    expect(row).not.toHaveProperty('secret');
  });

  test('judges open errors again under a mended contract, and only once', async () => {
    const world = new World();
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'a', payload: { name: 'x' } }),
      envelope({ idempotency_key: 'b', message_id: 'b', payload: { amount: 'never' } }),
      envelope({ idempotency_key: 'c', message_id: 'c', payload: { amount: 1 } }),
    ]);
    await run(world);
    expect(await ids(world, CURATED)).toEqual(['c']);
    expect(await world.curate({ contract: MENDED })).toMatchObject({ commits: 1, inserted: 1, failed: 1 });
    expect(await ids(world, CURATED)).toEqual(['a', 'c']);
    expect(await world.rows(ERRORS)).toMatchObject([{ message_id: 'b', _schema_version: '1.1.0' }]);
    expect(await world.curate({ contract: MENDED })).toMatchObject({ commits: 0 });
    // A row that was there keeps what it was written under: only a rebuild changes older rows.
    const versions = (await world.rows(CURATED)).map((row) => [row['message_id'], row['_schema_version']]);
    expect(versions.sort()).toEqual([
      ['a', '1.1.0'],
      ['c', '1.0.0'],
    ]);
    expect((await world.reconcile({ contract: MENDED })).differences).toEqual([]);
  });

  test('judges open errors again under the same version when that is asked for', async () => {
    const world = new World();
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'a', payload: { name: 'x' } }),
      envelope({ idempotency_key: 'b', message_id: 'b', payload: { amount: 'never' } }),
      envelope({ idempotency_key: 'c', message_id: 'c', payload: { amount: 1 } }),
    ]);
    await run(world);
    // What a fix of the judge itself would come to: the same version passes what it failed before.
    const contract = { ...MENDED, version: CONTRACT.version };
    expect(await world.curate({ contract })).toMatchObject({ commits: 0, reviewed: 0, mended: 0 });
    const report = await world.curate({ contract, reviewErrors: true });
    expect(report).toMatchObject({ commits: 1, reviewed: 2, mended: 1, inserted: 1, failed: 1 });
    expect(await ids(world, CURATED)).toEqual(['a', 'c']);
    expect(await world.rows(ERRORS)).toMatchObject([{ message_id: 'b' }]);
    expect((await world.reconcile({ contract })).differences).toEqual([]);
  });

  test('has nothing to judge again where nothing failed', async () => {
    const world = new World();
    await world.receive([envelope({ payload: { amount: 1 } })]);
    await run(world);
    expect(await world.curate({ contract: CONTRACT, reviewErrors: true })).toMatchObject({ commits: 0 });
    await world.receive([envelope({ idempotency_key: 'b', payload: { amount: 'never' } })]);
    await run(world);
    await world.receive([envelope({ idempotency_key: 'b', sent: 2000, payload: { amount: 2 } })]);
    await run(world);
    expect(await world.rows(ERRORS)).toEqual([]);
    expect(await world.curate({ contract: CONTRACT, reviewErrors: true })).toMatchObject({ commits: 0 });
  });

  test.each(['curated:after-commit', 'errors:before-commit', 'errors:after-commit'] as const)(
    'loses nothing when that review is cut off at %s',
    async (point) => {
      const world = new World();
      await world.receive([
        envelope({ message_id: 'a', payload: {} }),
        envelope({ message_id: 'b', payload: { amount: 'x' } }),
      ]);
      await run(world);
      let armed = true;
      const at = (reached: string): void => {
        if (reached === point && armed) {
          armed = false;
          throw new Error('cut off');
        }
      };
      await expect(world.curate({ contract: MENDED, hooks: { at } })).rejects.toThrow('cut off');
      expect((await world.reconcile({ contract: MENDED })).differences).toEqual([]);
      await world.curate({ contract: MENDED });
      expect(await ids(world, CURATED)).toEqual(['a']);
      expect(await ids(world, ERRORS)).toEqual(['b']);
    },
  );

  test('applies a new column to rows written from now on, and adds it to the table', async () => {
    const world = new World();
    await world.receive([envelope({ idempotency_key: 'a', payload: { amount: 1, extra: 'x' } })]);
    await run(world);
    const contract: TopicContract = {
      ...CONTRACT,
      version: '1.1.0',
      columns: { ...CONTRACT.columns, extra: { type: 'string' } },
    };
    await world.receive([envelope({ idempotency_key: 'b', payload: { amount: 1, extra: 'y' } })]);
    await run(world, contract);
    const rows = (await world.rows(CURATED)).map((row) => [row['_merge_key'], row['extra']]);
    expect(rows.sort()).toEqual([
      ['k:a', null],
      ['k:b', 'y'],
    ]);
    const retyped: TopicContract = { ...contract, columns: { ...contract.columns, extra: { type: 'int' } } };
    await world.receive([envelope()]);
    await world.standardize({ contract });
    await expect(world.curate({ contract: retyped })).rejects.toMatchObject({
      code: 'TABLE_SCHEMA_MISMATCH',
    });
  });

  test('follows a copy that takes the place of the row it read', async () => {
    const world = new World();
    const contract: TopicContract = {
      ...CONTRACT,
      columns: { ...CONTRACT.columns, correlation: { type: 'string', path: 'correlation_id' } },
    };
    const event = { idempotency_key: 'a', message_id: 'm', payload: { amount: 1 } };
    await world.receive([envelope({ ...event, received: 9, correlation_id: 'late' })]);
    await run(world, contract);
    await world.receive([envelope({ ...event, received: 8, correlation_id: 'early' })]);
    await run(world, contract);
    expect(await world.rows(CURATED)).toMatchObject([{ correlation: 'early' }]);
  });

  test('passes over versions it has', async () => {
    const world = new World();
    const event = { idempotency_key: 'a', publish_time_source: 'sqs' as const, payload: { amount: 1 } };
    await world.receive([envelope({ ...event, sent: 5 })]);
    await run(world);
    // An older version changes `_seen` of the row and nothing else of it.
    await world.receive([envelope({ ...event, sent: 4 })]);
    expect(await run(world)).toMatchObject({ rowsRead: 1, skipped: 1, inserted: 0, updated: 0 });
  });

  test('refuses a Standardized table of another generation', async () => {
    const world = new World();
    await world.receive([envelope({ payload: { amount: 1 } })]);
    await run(world);
    const table = await world.catalog.loadTable(STANDARDIZED);
    await table.transaction().setProperties({ 'lean-ops.generation': '2' }).commit();
    await expect(world.curate({ contract: CONTRACT })).rejects.toMatchObject({ code: 'GENERATION_MISMATCH' });
  });

  test('refuses a contract that gives its identifying columns another meaning', async () => {
    const world = new World();
    await world.receive([envelope()]);
    const contract: TopicContract = { ...CONTRACT, columns: { message_id: { type: 'string' } } };
    await expect(run(world, contract)).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
    const shown: TopicContract = {
      ...CONTRACT,
      key: '$.ssn',
      columns: { ssn: { type: 'string', sensitive: 'hash' } },
    };
    const other = new World();
    await other.receive([envelope()]);
    await expect(run(other, shown)).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
    await expect(world.curate({ contract: null })).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });
});

describe('a spike of failures', () => {
  const events = (good: number, bad: number): ReturnType<typeof envelope>[] => [
    ...Array.from({ length: good }, () => envelope({ payload: { amount: 1 } })),
    ...Array.from({ length: bad }, () => envelope({ payload: {} })),
  ];

  test('raises a metric and goes on', async () => {
    const world = new World();
    await world.receive(events(85, 15));
    expect(await run(world)).toMatchObject({ spike: true, inserted: 85, failed: 15 });
    expect(world.metrics.measurements.filter(({ name }) => name === 'CdeSpike')).toHaveLength(1);
  });

  test('is none below a hundred rows, or within the threshold', async () => {
    for (const [good, bad] of [
      [80, 19],
      [90, 10],
    ] as const) {
      const world = new World();
      await world.receive(events(good, bad));
      expect(await run(world)).toMatchObject({ spike: false });
    }
  });

  test('stops the topic before anything is written, where the contract says so', async () => {
    const world = new World();
    const contract: TopicContract = { ...CONTRACT, quality: { onSpike: 'halt', cdeSpikeThreshold: 0.5 } };
    await world.receive(events(40, 60));
    await expect(run(world, contract)).rejects.toMatchObject({ code: 'SPIKE_HALTED' });
    expect(await world.rows(CURATED)).toEqual([]);
    expect(await world.catalog.tableExists(ERRORS)).toBe(false);
    await world.receive(events(100, 0));
    await world.standardize({ contract });
    expect(await world.curate({ contract })).toMatchObject({ inserted: 140, failed: 60 });
  });
});

test('a review of open errors is no spike: nothing but failures is judged there', async () => {
  const world = new World();
  const contract: TopicContract = { ...CONTRACT, quality: { onSpike: 'halt', cdeSpikeThreshold: 0.6 } };
  const bad = Array.from({ length: 120 }, () => envelope({ payload: { amount: 'x' } }));
  await world.receive([...bad, ...Array.from({ length: 120 }, () => envelope({ payload: { amount: 1 } }))]);
  await run(world, contract);
  const next: TopicContract = { ...contract, version: '1.1.0' };
  expect(await run(world, next)).toMatchObject({ commits: 1, failed: 120, spike: false });
  expect(await run(world, next)).toMatchObject({ commits: 0 });
  expect((await world.reconcile({ contract: next })).differences).toEqual([]);
});

test('the drift of a review does not hide that of the run after it', async () => {
  const world = new World();
  const columns = { ...MENDED.columns, kind: { type: 'string', enum: ['a'], onUnknown: 'null' } } as const;
  const contract: TopicContract = { ...MENDED, columns };
  const odd = (): ReturnType<typeof envelope> => envelope({ payload: { kind: 'odd', amount: 1 } });
  await world.receive([odd(), envelope({ payload: { kind: 'odd' } })]);
  await run(world);
  await run(world, contract);
  await world.receive([odd()]);
  await run(world, contract);
  const drift = await world.state.outbox.peek('drift_log', 100);
  expect(drift.filter(({ row }) => row['kind'] === 'UNKNOWN_ENUM')).toHaveLength(2);
});

test('a default that fills a formerly seen path in every row of a run is logged as drift', async () => {
  const world = new World();
  await world.receive([envelope({ payload: { amount: 1 } })]);
  await run(world, MENDED);
  await world.receive([envelope({ payload: { amount_eur: 1 } })]);
  await run(world, MENDED);
  const kinds = (await world.state.outbox.peek('drift_log', 100)).map(({ row }) => [
    row['kind'],
    row['column_name'],
  ]);
  expect(kinds).toContainEqual(['DEFAULT_FILLS_ALL', 'amount']);
});
