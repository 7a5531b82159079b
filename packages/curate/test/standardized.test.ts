import type { TopicContract } from '@lean-ops/core';
import { describe, expect, test } from 'vitest';
import { CONTRACT, envelope, PARSE_ERRORS, type RAW, STANDARDIZED, World } from './support/world.js';

async function current(world: World): Promise<Record<string, unknown>> {
  return Object.fromEntries(
    (await world.rows(STANDARDIZED)).map((row) => [row['_merge_key'], row['message_id']]),
  );
}

async function standardized(
  events: readonly Parameters<typeof envelope>[0][],
  contract: TopicContract | null = null,
): Promise<Record<string, unknown>> {
  const world = new World();
  await world.receive(events.map(envelope));
  await world.standardize({ contract });
  return await current(world);
}

describe('the merge key', () => {
  test('is the idempotency key, or the message id where that is null or blank: null keys are never folded', async () => {
    const rows = await standardized([
      { idempotency_key: 'a', message_id: 'm1' },
      { idempotency_key: null, message_id: 'm2' },
      { idempotency_key: null, message_id: 'm3' },
      { idempotency_key: ' \t', message_id: 'm4' },
      { idempotency_key: 'm2', message_id: 'm5' },
    ]);
    expect(rows).toEqual({ 'k:a': 'm1', 'm:m2': 'm2', 'm:m3': 'm3', 'm:m4': 'm4', 'k:m2': 'm5' });
  });

  test('may be a payload path: numbers keep their digits, and what has none falls back to the message id', async () => {
    const contract: TopicContract = { ...CONTRACT, key: '$.device.id' };
    const rows = await standardized(
      [
        { message_id: 'm1', json: '{"device":{"id":7}}' },
        { message_id: 'm2', json: '{"device":{"id":7.0}}' },
        { message_id: 'm3', json: '{"device":{"id":"7"}}', sent: 5000 },
        { message_id: 'm4', json: '{"device":{}}' },
        { message_id: 'm5', json: '{"device":{"id":' },
      ],
      contract,
    );
    expect(rows).toEqual({ 'k:7': 'm3', 'k:7.0': 'm2', 'm:m4': 'm4' });
  });

  test('that is no text column of the envelope and no path is refused', async () => {
    const contract: TopicContract = { ...CONTRACT, key: 'publish_time' };
    await expect(standardized([{}], contract)).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
  });
});

describe('copies', () => {
  test('keep the one with the least ingestion time, then SQS id, across runs too', async () => {
    const world = new World();
    const copy = { idempotency_key: 'a', message_id: 'm', payload: { x: 1 } };
    await world.receive([
      envelope({ ...copy, sqs_message_id: 's5', received: 50 }),
      envelope({ ...copy, sqs_message_id: 's4', received: 50 }),
    ]);
    expect(await world.standardize()).toMatchObject({ copies: 1, inserted: 1 });
    expect((await world.rows(STANDARDIZED))[0]).toMatchObject({ sqs_message_id: 's4' });
    await world.receive([envelope({ ...copy, sqs_message_id: 's9', received: 40 })]);
    expect(await world.standardize()).toMatchObject({ copies: 1, updated: 1, superseded: 0 });
    await world.receive([envelope({ ...copy, sqs_message_id: 's0', received: 60 })]);
    expect(await world.standardize()).toMatchObject({ copies: 1, updated: 0, inserted: 0 });
    expect(await world.rows(STANDARDIZED)).toMatchObject([
      { sqs_message_id: 's9', _first_seen_ts: '1970-01-01T00:00:40.000000Z' },
    ]);
  });

  test('of a row that was replaced a month ago change nothing', async () => {
    const world = new World();
    const old = { idempotency_key: 'a', message_id: 'm1', sent: 1, payload: { x: 1 } };
    await world.receive([envelope(old)]);
    await world.standardize();
    await world.receive([envelope({ idempotency_key: 'a', message_id: 'm2', sent: 2, payload: { x: 2 } })]);
    await world.standardize();
    await world.receive([envelope({ ...old, received: 2_600_000 })]);
    await world.standardize();
    expect(await current(world)).toEqual({ 'k:a': 'm2' });
  });

  test('are none where the bytes differ: both compete, and the log says MESSAGE_ID_REUSED', async () => {
    const world = new World();
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'm', sent: 1, json: '{"x":1}' }),
      envelope({ idempotency_key: 'a', message_id: 'm', sent: 2, json: '{"x": 1}' }),
    ]);
    expect(await world.standardize()).toMatchObject({ copies: 0, superseded: 1 });
    await world.receive([envelope({ idempotency_key: 'a', message_id: 'm', sent: 3, json: '{"x":2}' })]);
    await world.standardize();
    expect(await world.rows(STANDARDIZED)).toMatchObject([{ x: '2' }]);
    const drift = await world.state.outbox.peek('drift_log', 100);
    expect(
      drift.filter(({ row }) => row['kind'] === 'MESSAGE_ID_REUSED').map(({ row }) => row['count']),
    ).toEqual([1, 1]);
  });

  test('are none where the producer gave another publish time', async () => {
    const world = new World();
    const event = { idempotency_key: 'a', message_id: 'm', json: '{}' };
    await world.receive([envelope({ ...event, sent: 2 }), envelope({ ...event, sent: 1 })]);
    expect(await world.standardize()).toMatchObject({ copies: 0, superseded: 1 });
  });
});

describe('business corrections', () => {
  const correction = (id: string, stamp: string, sent = 1): Parameters<typeof envelope>[0] => ({
    idempotency_key: 'a',
    message_id: id,
    sent,
    payload: { last_updated_ts: stamp },
  });

  test.each([
    ['as instants, not as text', '2026-01-01T02:00:00+05:00', '2025-12-31T22:00:00Z'],
    ['below the microsecond', '2026-01-01T00:00:00.0000001Z', '2026-01-01T00:00:00.0000002Z'],
    ['with null lowest', 'not a time', '1970-01-01T00:00:00Z'],
  ])('are ordered %s', async (_name, older, newer) => {
    expect(await standardized([correction('new', newer), correction('old', older, 9)])).toEqual({
      'k:a': 'new',
    });
  });

  test('fall back to publish time, then message id, then payload hash', async () => {
    const same = '2026-01-01T00:00:00Z';
    expect(await standardized([correction('x', same, 2), correction('y', same, 1)])).toEqual({ 'k:a': 'x' });
    expect(await standardized([correction('x', same), correction('y', same)])).toEqual({ 'k:a': 'y' });
  });

  test('with an unreadable order value are logged', async () => {
    const world = new World();
    await world.receive([envelope(correction('m', 'yesterday'))]);
    await world.standardize();
    const drift = await world.state.outbox.peek('drift_log', 100);
    expect(drift.map(({ row }) => [row['kind'], row['path']])).toContainEqual([
      'INVALID_ORDER_VALUE',
      '$.last_updated_ts',
    ]);
  });

  test('compare other contract columns by their type, at any depth', async () => {
    const contract: TopicContract = {
      ...CONTRACT,
      orderBy: ['$.a.b.c.d.e.rev'],
      flatten: { maxDepth: 6 },
      columns: { rev: { type: 'int', path: '$.a.b.c.d.e.rev' } },
    };
    const event = (id: string, rev: number): Parameters<typeof envelope>[0] => ({
      idempotency_key: 'a',
      message_id: id,
      payload: { a: { b: { c: { d: { e: { rev } } } } } },
    });
    const world = new World();
    await world.receive([envelope(event('ten', 10))]);
    await world.standardize({ contract });
    await world.receive([envelope(event('nine', 9))]);
    await world.standardize({ contract });
    expect(await current(world)).toEqual({ 'k:a': 'ten' });
    await world.receive([envelope(event('eleven', 11))]);
    await world.standardize({ contract });
    expect(await current(world)).toEqual({ 'k:a': 'eleven' });
  });

  test('that do not parse never hide the good row, and stand whole in parse errors', async () => {
    const world = new World();
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'good', payload: { x: 1 } }),
      envelope({
        idempotency_key: 'a',
        message_id: 'bad',
        sent: 9000,
        json: '{"x":2',
        envelope_json: '{"w":null}',
      }),
      envelope({
        idempotency_key: 'a',
        message_id: 'bad',
        sent: 9000,
        json: '{"x":2',
        envelope_json: '{"w":null}',
      }),
    ]);
    expect(await world.standardize()).toMatchObject({ parseErrors: 1, copies: 1 });
    expect(await current(world)).toEqual({ 'k:a': 'good' });
    expect(await world.rows(PARSE_ERRORS)).toMatchObject([
      {
        message_id: 'bad',
        json_payload: '{"x":2',
        envelope_json: '{"w":null}',
        reason: 'UNEXPECTED_END',
        byte_offset: 6n,
      },
    ]);
    await world.receive([
      envelope({ idempotency_key: 'a', message_id: 'bad', sent: 9000, json: '{"x":2', received: 1 }),
    ]);
    expect(await world.standardize()).toMatchObject({ parseErrors: 0, copies: 0 });
    expect(await world.rows(PARSE_ERRORS)).toMatchObject([{ ingestion_ts: '1970-01-01T00:00:01.000000Z' }]);
  });
});

describe('topics ordered by the journey', () => {
  const journey = (id: string, at: number): Parameters<typeof envelope>[0] => ({
    idempotency_key: 'a',
    message_id: id,
    publish_time_source: 'sqs',
    sent: at,
    received: at,
    payload: { id },
  });

  test('remember what was folded: the retry of an old message does not undo its correction', async () => {
    const world = new World();
    for (const event of [journey('m1', 1), journey('m2', 2), journey('m1', 3)]) {
      await world.receive([envelope(event)]);
      await world.standardize();
    }
    expect(await current(world)).toEqual({ 'k:a': 'm2' });
    const [row] = await world.rows(STANDARDIZED);
    expect(row!['_seen']).toHaveLength(2);
  });

  test('ask RAW again when a replay shows that the current message came before its correction', async () => {
    for (const maxRowsPerCommit of [1, 1_000_000]) {
      const world = new World();
      const retried = { ...journey('m1', 10), sqs_message_id: 'retry' };
      await world.receive([envelope(journey('m2', 5)), envelope(retried)]);
      await world.standardize({ maxRowsPerCommit });
      expect(await current(world)).toEqual({ 'k:a': 'm1' });
      // The first copy of m1 was stuck in the dead letters: it was sent before m2.
      await world.receive([
        envelope(journey('m1', 1)),
        envelope({ idempotency_key: 'b', message_id: 'other' }),
      ]);
      expect(await world.standardize({ maxRowsPerCommit })).toMatchObject({
        rowsRead: 2,
        inserted: 1,
        updated: 1,
      });
      expect(await current(world)).toEqual({ 'k:a': 'm2', 'k:b': 'other' });
      await world.receive([envelope(journey('m1', 20))]);
      await world.standardize();
      expect(await current(world)).toEqual({ 'k:a': 'm2', 'k:b': 'other' });
      expect((await world.reconcile()).differences).toEqual([]);
    }
  });

  test('remember nothing while every version was ordered by its producer', async () => {
    const world = new World();
    await world.receive([envelope({ idempotency_key: 'a' }), envelope({ idempotency_key: 'a' })]);
    await world.standardize();
    expect((await world.rows(STANDARDIZED))[0]!['_seen']).toBeNull();
  });

  test('look a suspect up in RAW once more than 64 versions were folded', async () => {
    const world = new World();
    await world.receive(Array.from({ length: 100 }, (_, index) => envelope(journey(`m${index}`, index + 1))));
    await world.standardize();
    expect((await world.rows(STANDARDIZED))[0]!['_seen']).toHaveLength(64);
    await world.receive([envelope(journey('m3', 500))]);
    expect(await world.standardize()).toMatchObject({ copies: 1, updated: 0 });
    expect(await current(world)).toEqual({ 'k:a': 'm99' });
    await world.receive([envelope(journey('really new', 501))]);
    await world.standardize();
    expect(await current(world)).toEqual({ 'k:a': 'really new' });
    expect((await world.reconcile()).differences).toEqual([]);
  });
});

describe('the table', () => {
  test('has the envelope but the payload and the wrapper, then our columns, then payload columns, all text', async () => {
    const world = new World();
    await world.receive([envelope({ payload: { userId: 1, user: { id: 'x' } } })]);
    await world.standardize({ contract: CONTRACT });
    await world.receive([envelope({ payload: { later: true } })]);
    await world.standardize({ contract: CONTRACT });
    const table = await world.catalog.loadTable(STANDARDIZED);
    const fields = table.schema().fields;
    expect(fields.map(({ name }) => name)).toEqual([
      ...[
        'topic_name',
        'message_id',
        'sqs_message_id',
        'idempotency_key',
        'period_reference',
        'correlation_id',
      ],
      ...['publish_time', 'publish_time_source', 'ingestion_ts'],
      ...[
        '_merge_key',
        '_payload_hash',
        '_seen',
        '_first_seen_ts',
        '_updated_ts',
        '_schema_version',
        '_source_snapshot_id',
      ],
      ...['userid', 'user_id', 'later'],
    ]);
    expect(fields.slice(16).every(({ type }) => type === 'string')).toBe(true);
    expect(JSON.parse(table.properties['lean-ops.column-paths']!)).toEqual({
      userid: '$.userId',
      user_id: '$.user.id',
      later: '$.later',
    });
    expect(table.spec().fields.map(({ name }) => name)).toEqual(['period_reference']);
    expect(table.properties['lean-ops.generation']).toBe('1');
    const { uuid } = await world.raw();
    const head = (await world.raw()).currentSnapshot()!;
    expect(table.currentSnapshot()!.summary).toMatchObject({
      [`lean-ops.watermark.${uuid}`]: String(head.snapshotId),
      [`lean-ops.watermark-sequence-number.${uuid}`]: String(head.sequenceNumber),
    });
    expect(JSON.parse(table.properties[`lean-ops.watermark.${uuid}`]!)).toMatchObject({
      to: String(head.snapshotId),
      sequenceNumber: String(head.sequenceNumber),
      snapshotId: String(table.currentSnapshot()!.snapshotId),
    });
  });

  test('is partitioned by the contract, payload columns by the text of their instant', async () => {
    const world = new World();
    const contract: TopicContract = {
      ...CONTRACT,
      partitionBy: ['day(last_updated_ts)', 'topic_name', 'day(ingestion_ts)'],
    };
    await world.receive([envelope({ payload: { last_updated_ts: '2026-01-02T03:04:05Z', amount: 1 } })]);
    await world.standardize({ contract });
    await world.curate({ contract });
    const specOf = async (table: typeof RAW): Promise<string[]> =>
      (await world.catalog.loadTable(table))
        .spec()
        .fields.map(({ transform, name }) => `${transform} ${name}`);
    expect(await specOf(STANDARDIZED)).toEqual([
      'truncate[10] last_updated_ts_trunc',
      'identity topic_name',
      'day ingestion_ts_day',
    ]);
    expect(await specOf({ namespace: 'curated', name: 'events' })).toEqual([
      'day last_updated_ts_day',
      'identity topic_name',
      'day ingestion_ts_day',
    ]);
    expect((await world.reconcile({ contract })).differences).toEqual([]);
  });

  test('refuses a contract that changes key, order, partitioning or flatten limits', async () => {
    const world = new World();
    await world.receive([envelope()]);
    await world.standardize();
    await world.standardize({ contract: CONTRACT });
    const changes: Partial<TopicContract>[] = [
      { key: '$.id' },
      { orderBy: ['$.rev'] },
      { columns: { last_updated_ts: { type: 'timestamptz', epoch: 'millis' } } },
      { columns: { changed: { type: 'string', aliases: ['$.last_updated_ts'] } } },
      { partitionBy: [] },
      { flatten: { maxDepth: 2 } },
    ];
    for (const change of changes) {
      await world.receive([envelope()]);
      const run = world.standardize({ contract: { ...CONTRACT, ...change } });
      await expect(run).rejects.toMatchObject({ code: 'RESET_REQUIRED' });
    }
    expect(await world.rows(STANDARDIZED)).toHaveLength(1);
  });

  test('moves its watermark with a snapshot even when nothing changed', async () => {
    const world = new World();
    const copy = envelope({ message_id: 'm', payload: {} });
    await world.receive([copy]);
    await world.standardize();
    await world.receive([copy]);
    expect(await world.standardize()).toMatchObject({ commits: 1, copies: 1, inserted: 0, updated: 0 });
    expect((await world.standardize()).commits).toBe(0);
    expect((await world.catalog.loadTable(STANDARDIZED)).snapshots()).toHaveLength(2);
  });

  test('takes messages that differ only in how their key is blank for copies', async () => {
    const contract: TopicContract = { ...CONTRACT, key: 'correlation_id' };
    for (const json of ['{}', '{']) {
      const rows = [' ', null, '\t'].map((correlation_id, place) =>
        envelope({ message_id: 'm', sqs_message_id: `s${place}`, received: 5 + place, correlation_id, json }),
      );
      const world = new World();
      await world.receive(rows);
      expect(await world.standardize({ contract })).toMatchObject({ copies: 2, superseded: 0 });
      expect((await world.reconcile({ contract })).differences).toEqual([]);
    }
  });

  test('puts a time that the producer gave before the same time that the journey gave, in any split', async () => {
    const event = { idempotency_key: 'k', message_id: 'm', sent: 7, payload: {} };
    const rows = (['producer', 'sqs'] as const).map((publish_time_source, place) =>
      envelope({ ...event, sqs_message_id: `s${place}`, received: 8 + place, publish_time_source }),
    );
    for (const parts of [[rows], [rows.toReversed()], [[rows[0]!], [rows[1]!]], [[rows[1]!], [rows[0]!]]]) {
      const world = new World();
      for (const part of parts) {
        await world.receive(part);
        await world.standardize();
      }
      expect(await world.rows(STANDARDIZED)).toMatchObject([{ publish_time_source: 'producer' }]);
      expect((await world.reconcile()).differences).toEqual([]);
    }
  });

  test('stops at the snapshot that it is told', async () => {
    const world = new World();
    await world.receive([envelope()]);
    const first = (await world.raw()).currentSnapshot()!.snapshotId;
    await world.receive([envelope()]);
    expect(await world.standardize({ upTo: first })).toMatchObject({ rowsRead: 1, to: first });
    expect(await world.standardize({ upTo: first })).toMatchObject({ commits: 0, to: first });
    expect(await world.standardize()).toMatchObject({ rowsRead: 1 });
  });

  test('reads a long backlog in several commits, cut at snapshots of RAW', async () => {
    const world = new World();
    for (let part = 0; part < 4; part++) await world.receive([envelope(), envelope()]);
    expect(await world.standardize({ maxRowsPerCommit: 4 })).toMatchObject({
      commits: 2,
      rowsRead: 8,
      from: null,
    });
  });

  test('does not exist and is not missed while there is no RAW', async () => {
    const world = new World();
    expect(await world.standardize()).toMatchObject({ commits: 0, from: null, to: null });
    expect(await world.curate({ contract: CONTRACT })).toMatchObject({ commits: 0 });
  });
});
