import type { TopicContract } from '@lean-ops/core';
import { batchFromRows } from '@lean-ops/iceberg';
import { describe, expect, test } from 'vitest';
import { parseInstantExact } from '../src/cast/instant.js';
import { oracleInstant } from '../src/reconcile/oracle-instant.js';
import {
  CONTRACT,
  CURATED,
  crashAt,
  ERRORS,
  envelope,
  PARSE_ERRORS,
  STANDARDIZED,
  World,
} from './support/world.js';

async function* each(...ids: string[]): AsyncGenerator<string> {
  yield* ids;
}

async function settled(): Promise<World> {
  const world = new World();
  const copy = envelope({
    idempotency_key: 'a',
    message_id: 'a1',
    sqs_message_id: 's1',
    payload: { amount: 1 },
  });
  await world.receive([
    copy,
    { ...copy, sqs_message_id: 's2' },
    envelope({
      idempotency_key: 'a',
      message_id: 'a2',
      sqs_message_id: 's3',
      sent: 2000,
      payload: { amount: 2 },
    }),
    envelope({ idempotency_key: 'b', message_id: 'b1', sqs_message_id: 's4', payload: {} }),
    envelope({ idempotency_key: 'c', message_id: 'c1', sqs_message_id: 's5', json: '{' }),
    envelope({ idempotency_key: 'd', message_id: 'd1', sqs_message_id: 's6', payload: { amount: 3 } }),
  ]);
  await world.standardize({ contract: CONTRACT });
  await world.curate({ contract: CONTRACT });
  return world;
}

describe('reconcile', () => {
  test('counts every term by itself', async () => {
    const world = await settled();
    const result = await world.reconcile({
      contract: CONTRACT,
      evidence: {
        messages: 11,
        quarantined: each('q1', 'q2', 's1'),
        deadLettered: each('d1', 'q1'),
        deliveryFailures: each('f1'),
        inFlight: 1,
      },
      outbox: world.state.outbox,
    });
    expect(result).toMatchObject({
      ...{ balanced: true, messages: 11, inFlight: 1, quarantined: 2, deadLettered: 1, deliveryFailures: 1 },
      ...{ raw: 6, copies: 1, superseded: 1, parseErrors: 1, standardized: 3, curated: 2, openErrors: 1 },
      pending: { raw: 0, standardized: 0 },
      differences: [],
    });
    const [entry] = await world.state.outbox.peek('reconciliation', 10);
    expect(entry?.row).toMatchObject({ topic: 'events', balanced: true, raw: 6, open_errors: 1 });
  });

  test('gives the same in many passes as in one', async () => {
    const world = await settled();
    for (const contract of [CONTRACT, null]) {
      const once = await world.reconcile({ contract });
      expect(await world.reconcile({ contract, rowsPerPass: 1 })).toEqual(once);
    }
    const keyed: TopicContract = { ...CONTRACT, key: '$.amount' };
    const other = new World();
    await other.receive([1, 2, 3, 1].map((amount) => envelope({ payload: { amount } })));
    await other.standardize({ contract: keyed });
    await other.curate({ contract: keyed });
    const result = await other.reconcile({ contract: keyed, rowsPerPass: 1 });
    expect(result).toMatchObject({ balanced: true, raw: 4, superseded: 1, standardized: 3, curated: 3 });
  });

  test('names messages that were sent and are nowhere', async () => {
    const world = await settled();
    const { balanced, differences } = await world.reconcile({
      contract: CONTRACT,
      evidence: {
        messages: null,
        sqsMessageIds: each('s1', 's2', 's3', 's4', 's5', 's6', 'lost'),
        quarantined: each(),
        deadLettered: each(),
        deliveryFailures: each(),
        inFlight: 0,
      },
    });
    expect(balanced).toBe(false);
    expect(differences).toMatchObject([{ left: 7, right: 6, samples: ['lost'] }]);
  });

  test('is balanced while rows wait for the next run, and says how many', async () => {
    const world = await settled();
    await world.receive([envelope(), envelope()]);
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({
      balanced: true,
      raw: 6,
      pending: { raw: 2 },
    });
  });

  test('counts archived messages that RAW has not, also where nobody knows how many were sent', async () => {
    const world = await settled();
    const result = await world.reconcile({
      contract: CONTRACT,
      evidence: {
        messages: null,
        quarantined: each('q1', 'q1', 's1'),
        deadLettered: each('q1', 'd1'),
        deliveryFailures: each('d1', 's2'),
        inFlight: 0,
      },
    });
    expect(result).toMatchObject({
      ...{ balanced: true, messages: null, quarantined: 1, deadLettered: 1, deliveryFailures: 0 },
    });
  });

  /** A correction that passes, one that fails, a key that is new, and what does not parse. */
  const more = [
    envelope({
      idempotency_key: 'b',
      message_id: 'b2',
      sqs_message_id: 's7',
      sent: 3000,
      payload: { amount: 4 },
    }),
    envelope({ idempotency_key: 'd', message_id: 'd2', sqs_message_id: 's8', sent: 3000, payload: {} }),
    envelope({ idempotency_key: 'e', message_id: 'e1', sqs_message_id: 's9', payload: { amount: 5 } }),
    envelope({ idempotency_key: 'f', message_id: 'f1', sqs_message_id: 's10', json: '[' }),
  ];

  test('is balanced between the two commits of a run, and says how many rows wait', async () => {
    const world = await settled();
    await world.receive(more);
    const stopped = { contract: CONTRACT, ...crashAt('parse-errors:after-commit') };
    await expect(world.standardize(stopped)).rejects.toThrow('crashed');
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({
      ...{ balanced: true, raw: 6, parseErrors: 1, pending: { raw: 4, standardized: 0 } },
    });
    await world.standardize({ contract: CONTRACT });
    const halted = { contract: CONTRACT, ...crashAt('errors:after-commit') };
    await expect(world.curate(halted)).rejects.toThrow('crashed');
    const result = await world.reconcile({ contract: CONTRACT });
    expect(result).toMatchObject({ balanced: true, raw: 10, parseErrors: 2, curated: 2, openErrors: 1 });
    expect(result.pending.standardized).toBeGreaterThan(0);
    await world.curate({ contract: CONTRACT });
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({
      ...{ balanced: true, curated: 3, openErrors: 1, pending: { raw: 0, standardized: 0 } },
    });
  });

  test('is balanced while the first run of a topic is between its commits', async () => {
    const world = new World();
    await world.receive(more);
    const stopped = { contract: CONTRACT, ...crashAt('parse-errors:after-commit') };
    await expect(world.standardize(stopped)).rejects.toThrow('crashed');
    expect(await world.reconcile({ contract: CONTRACT })).toMatchObject({
      ...{ balanced: true, raw: 0, parseErrors: 0, pending: { raw: 4 } },
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('is balanced when a round comes before load %i', async (before) => {
    const world = await settled();
    let loads = 0;
    const catalog = new Proxy(world.catalog, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== 'loadTable') return value.bind(target) as unknown;
        return async (...given: Parameters<typeof target.loadTable>) => {
          if (++loads === before) {
            await world.receive(more);
            await world.standardize({ contract: CONTRACT });
            await world.curate({ contract: CONTRACT });
          }
          return await target.loadTable(...given);
        };
      },
    });
    const { balanced, differences } = await world.reconcile({ contract: CONTRACT, catalog });
    expect(differences).toEqual([]);
    expect(balanced).toBe(true);
  });

  test.each([
    ['a key lost from Standardized', STANDARDIZED, 'k:d', 'keys of RAW are missing from Standardized'],
    ['a key lost from Curated', CURATED, 'k:d', 'keys are neither in Curated nor an open error'],
    ['an error lost', ERRORS, 'k:b', 'keys are neither in Curated nor an open error'],
    ['a parse error lost', PARSE_ERRORS, 'k:c', 'malformed messages are not in the parse-error table'],
  ])('finds %s', async (_name, identifier, key, detail) => {
    const world = await settled();
    const table = await world.catalog.loadTable(identifier);
    const transaction = table.transaction();
    for await (const row of table.scan({ columns: ['_merge_key', '_file', '_pos'] }).rows()) {
      if (row['_merge_key'] !== key) continue;
      await transaction.deletePositions([
        { file: row['_file'] as string, positions: [row['_pos'] as bigint] },
      ]);
    }
    await transaction.commit();
    const { balanced, differences } = await world.reconcile({ contract: CONTRACT });
    expect(balanced).toBe(false);
    expect(differences.map((difference) => difference.detail).join()).toContain(detail);
    expect(differences.flatMap(({ samples }) => samples).join()).toContain(key);
  });

  test.each([
    ['a doubled row', {}, 'more than one row in Standardized'],
    ['a row of nowhere', { _merge_key: 'k:z' }, 'not in RAW'],
  ])('finds %s', async (_name, change, detail) => {
    const world = await settled();
    const table = await world.catalog.loadTable(STANDARDIZED);
    for await (const row of table.scan().rows()) {
      if (row['_merge_key'] !== 'k:d') continue;
      await table.append(batchFromRows(table.schema(), [{ ...row, ...change }]));
    }
    const { balanced, differences } = await world.reconcile({ contract: CONTRACT });
    expect(balanced).toBe(false);
    expect(differences.map((difference) => difference.detail).join()).toContain(detail);
  });

  test('finds a superseded version that still stands in Standardized', async () => {
    const world = await settled();
    const table = await world.catalog.loadTable(STANDARDIZED);
    const rows: Record<string, unknown>[] = [];
    for await (const row of table.scan().rows()) rows.push(row);
    const row = rows.find((each) => each['_merge_key'] === 'k:a')!;
    await table.upsert(batchFromRows(table.schema(), [{ ...row, message_id: 'a1' }]), {
      key: ['_merge_key'],
    });
    const { differences } = await world.reconcile({ contract: CONTRACT });
    expect(differences.map(({ detail }) => detail).join()).toContain('a version that is not the newest');
  });

  test('knows rows that a rebuild carried over, and what RAW has of their keys', async () => {
    const world = await settled();
    const table = await world.catalog.loadTable(STANDARDIZED);
    const rows = await world.rows(STANDARDIZED);
    const rowOf = (key: string) => rows.find((each) => each['_merge_key'] === `k:${key}`)!;
    const carried = [
      { ...rowOf('d'), _merge_key: 'k:x', message_id: 'x1' },
      { ...rowOf('d'), message_id: 'd9' },
      { ...rowOf('a'), ingestion_ts: '2020-01-01T00:00:00Z' },
    ].map((row) => ({ ...row, _source_snapshot_id: 0n }));
    await table.upsert(batchFromRows(table.schema(), carried), { key: ['_merge_key'] });
    const errors = await world.catalog.loadTable(PARSE_ERRORS);
    const [bad] = await world.rows(PARSE_ERRORS);
    const lostError = {
      ...bad,
      _error_id: 'e',
      _merge_key: 'k:y',
      message_id: 'y1',
      _source_snapshot_id: 0n,
    };
    await errors.append(batchFromRows(errors.schema(), [lostError]));
    const result = await world.reconcile();
    expect(result.differences).toEqual([]);
    expect(result).toMatchObject({
      ...{ raw: 6, carried: 4, standardized: 4, copies: 2, superseded: 2, parseErrors: 2 },
    });
  });

  test('finds rows taken from RAW', async () => {
    const world = await settled();
    const raw = await world.raw();
    const [row] = (await raw.scan({ columns: ['_file'] }).toArrow()).toArray() as { _file: string }[];
    await (await raw.transaction().deletePositions([{ file: row!._file, positions: [0n] }])).commit();
    const { differences } = await world.reconcile({ contract: CONTRACT });
    expect(differences.map(({ equation }) => equation)).toContain('RAW is append-only');
  });

  test('reads keys that are spelled with escapes, whatever was read before', async () => {
    const contract: TopicContract = { ...CONTRACT, key: '$.id', orderBy: ['$.rev'] };
    const world = new World();
    const events = [
      String.raw`{"first":1,"i\\":"b","rev":"1"}`,
      String.raw`{"first":1,"i\u0064":"a","rev":"3"}`,
      String.raw`{"first":1,"id":"a","re\\":"4"}`,
      String.raw`{"first":1,"id":1.50,"re\u0076":"5","\n":{"x":"\""}}`,
      String.raw`{"first":1,"id":"d","i\u0064":"e","rev":"6"}`,
    ];
    for (let round = 0; round < 3; round++) {
      const mixed = [...events, ...events.toReversed()];
      await world.receive(mixed.map((json, index) => envelope({ json, message_id: `m${index}` })));
      await world.standardize({ contract });
    }
    const wrong = (await world.reconcile({ contract })).differences;
    expect(wrong.filter(({ equation }) => !equation.includes('curated'))).toEqual([]);
    expect((await world.rows(STANDARDIZED)).map((row) => row['_merge_key'])).toEqual(
      expect.arrayContaining(['k:a', 'k:1.50', 'k:e']),
    );
  });

  test('reads keys and order values as the jobs do, whatever they are', async () => {
    const contract: TopicContract = {
      ...CONTRACT,
      key: '$.id',
      orderBy: ['$.rev', '$.at'],
      columns: { rev: { type: 'decimal(20,5)' }, at: { type: 'timestamp', epoch: 'millis' } },
    };
    const world = new World();
    const ids = ['[1, 2]', '{"a": 1}', '{}', '"\\ud800"', '1e2', 'true', '" x"', '-0', '"\\u00e9"'];
    const values = [
      '{"rev":1.10,"at":5}',
      '{"rev":1.1,"at":5.5}',
      '{"rev":"1.2"}',
      '{"at":"2026-01-01T00:00:00"}',
      '{"rev":[],"at":null}',
    ];
    for (let round = 0; round < 3; round++) {
      const events = ids.flatMap((id) => values.map((value) => `{"id":${id},${value.slice(1)}`));
      await world.receive(
        events.map((json, index) => envelope({ json, message_id: `m${(index * 7 + round) % 11}` })),
      );
      await world.standardize({ contract });
    }
    expect(
      (await world.reconcile({ contract })).differences.filter(
        ({ equation }) => !equation.includes('curated'),
      ),
    ).toEqual([]);
  });
});

test('the oracle reads instants as the jobs do, by other code', () => {
  const zones = ['Z', 'z', '+01:00', '-23:59', '+24:00', '', '+0100', ' Z'];
  const dates = [
    '2026-01-01',
    '2024-02-29',
    '2023-02-29',
    '0001-01-01',
    '0000-01-01',
    '9999-12-31',
    '2016-12-31',
    '2026-13-01',
    '1969-12-31',
  ];
  const clocks = [
    '00:00:00',
    '23:59:59',
    '23:59:60',
    '24:00:00',
    '12:30',
    '12:30:00.',
    '12:30:00.1',
    '12:30:00.123456789',
    '12:30:00.1234560',
    '12:30:00,5',
  ];
  const texts = [
    ...dates.flatMap((date) => clocks.flatMap((clock) => zones.map((zone) => `${date}T${clock}${zone}`))),
    ...['2026-01-01 00:00:00Z', '2026-01-01t00:00:00Z', '2026-01-01_00:00:00Z', ''],
    ...[
      '0',
      '-0',
      '-1',
      '1.5',
      '-1.5',
      '-1.0000001',
      '01',
      '1.',
      '.5',
      '1e3',
      '1767225600',
      '999999999999999999',
      '+1',
      '-0.0000005',
    ],
  ];
  for (const text of texts) {
    for (const epoch of [undefined, 'seconds', 'millis', 'micros'] as const) {
      for (const assumeUtc of [false, true]) {
        const read = parseInstantExact(Buffer.from(text), { epoch, assumeUtc });
        const expected = typeof read === 'string' ? null : [read.micros, read.beyond];
        expect([text, epoch, assumeUtc, oracleInstant(text, { epoch, assumeUtc })]).toEqual([
          text,
          epoch,
          assumeUtc,
          expected,
        ]);
      }
    }
  }
});
