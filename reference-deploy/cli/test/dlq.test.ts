import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicContract } from '@lean-ops/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedPlatform, type OutgoingMessage } from '../../local/index.js';
import { TemporaryWarehouse } from '../../test/support/temporary-folder.js';
import { type CommandResult, runCommand } from '../testing.js';

const SENT = Date.now() - 60_000;

let warehouse: TemporaryWarehouse;
beforeAll(async () => {
  warehouse = new TemporaryWarehouse();
  await withPlatform(async (platform) => {
    await platform.registerTopic({ queueTopic: 'orders', contract: null });
    await platform.send([order(1), order(2, { body: 'not json' }), order(3, { queueTopic: 'visits' })]);
    await platform.pump();
  });
  warehouse.save();
});
afterAll(() => warehouse.remove());
beforeEach(() => warehouse.restore());

function order(id: number, changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const body = JSON.stringify({ idempotency_key: `o${id}`, amount: `${id}.50` });
  return { queueTopic: 'orders', body, sqsMessageId: `sqs-${id}`, sentTimestampMs: SENT, ...changes };
}

async function withPlatform<T>(use: (platform: EmbeddedPlatform) => Promise<T>): Promise<T> {
  const platform = await EmbeddedPlatform.open({ warehouse: warehouse.path });
  try {
    return await use(platform);
  } finally {
    await platform.close();
  }
}

const dlq = (...args: string[]): Promise<CommandResult> =>
  runCommand(['dlq', ...args, '--warehouse', warehouse.path]);

const rowsOf = ({ stdout }: CommandResult): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function expectBalanced(): Promise<void> {
  const result = await runCommand(['reconcile', '--warehouse', warehouse.path, '--json']);
  expect(result.stdout).toContain('"balanced": true');
  expect(result.code).toBe(0);
}

describe('lean-ops dlq list', () => {
  it('prints every message with its place in the archive', async () => {
    const result = await dlq('list');
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(rowsOf(result)).toMatchObject([
      {
        topic: 'orders',
        kind: 'quarantine',
        errorClass: 'malformed',
        errorCode: 'BODY_NOT_JSON',
        status: 'open',
        archive: 'kept',
        sqsMessageId: 'sqs-2',
      },
      {
        topic: 'visits',
        errorClass: 'contract',
        errorCode: 'TOPIC_NOT_REGISTERED',
        replays: 0,
        lastChange: null,
      },
    ]);
  });

  it('as a table and as one array', async () => {
    expect((await dlq('list', '--format', 'table')).stdout).toMatch(
      /^id +topic +kind +errorClass .*\n[0-9a-f]{12} /,
    );
    expect(JSON.parse((await dlq('list', '--format', 'json')).stdout)).toHaveLength(2);
  });

  it('narrows by topic, kind, class, code, time, status, id and count', async () => {
    const [first] = rowsOf(await dlq('list'));
    const lists: [string[], number][] = [
      [['--topic', 'orders'], 1],
      [['--topic', 'orders,visits'], 2],
      [['--kind', 'dead-letter'], 0],
      [['--class', 'contract'], 1],
      [['--code', 'BODY_NOT_JSON'], 1],
      [['--since', '1h'], 2],
      [['--until', '1h'], 0],
      [['--since', '2020-01-01'], 2],
      [['--status', 'discarded'], 0],
      [['--id', String(first!['id']).slice(0, 10)], 1],
      [['--limit', '1'], 1],
      [['--limit', '2'], 2],
    ];
    for (const [args, count] of lists)
      expect([args, rowsOf(await dlq('list', ...args)).length]).toEqual([args, count]);
  });

  it('says that there are more than it printed', async () => {
    expect((await dlq('list', '--limit', '1')).stderr).toContain('there are more than 1');
    expect((await dlq('list', '--limit', '2')).stderr).toBe('');
  });

  it('tells a message that the archive lost from one that is damaged, and ends with code 1', async () => {
    const folder = join(warehouse.path, '.lean-ops', 'archive', 'quarantine');
    const [orders, visits] = ['topic=orders', 'topic=visits'].map((topic) => {
      const day = join(folder, topic, readdirSync(join(folder, topic))[0]!);
      return join(day, readdirSync(day)[0]!);
    });
    rmSync(orders!);
    writeFileSync(visits!, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]));
    const result = await dlq('list');
    expect(rowsOf(result).map(({ archive }) => archive)).toEqual(['missing', 'corrupt']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('2 of them cannot be read back');
    const shown = await dlq('show', String(rowsOf(result)[0]!['id']));
    expect(shown).toMatchObject({ code: 1, stderr: '' });
    expect(shown.stdout).toContain('missing: no message is archived under');
    const body = await dlq('show', String(rowsOf(result)[1]!['id']), '--body');
    expect(body).toMatchObject({ code: 1, stdout: '' });
    expect(body.stderr).toMatch(/^error: [0-9a-f]+ is corrupt: /);
    expect(body.stderr).not.toContain('    at ');
    expect((await dlq('check')).code).toBe(1);
    expect(rowsOf(await dlq('check')).map(({ finding }) => finding)).toEqual(['missing', 'corrupt']);
    expect((await dlq('replay', '--yes', '--force')).code).toBe(1);
  });
});

describe('lean-ops dlq show', () => {
  it('prints what is known, and the body byte for byte', async () => {
    const [first] = rowsOf(await dlq('list'));
    const id = String(first!['id']).slice(0, 12);
    const text = (await dlq('show', id)).stdout;
    expect(text).toContain('errorMessage    the body is not JSON');
    expect(text.endsWith('\nnot json\n')).toBe(true);
    expect((await dlq('show', id, '--body')).stdout).toBe('not json');
    expect(JSON.parse((await dlq('show', id, '--format', 'json')).stdout)).toMatchObject({
      sqsMessageId: 'sqs-2',
      body: 'not json',
      attributes: {},
      sent: new Date(SENT).toISOString(),
    });
  });

  it('shows control characters instead of sending them to the terminal', async () => {
    const body = '\u001b]0;owned\u0007 \u202ecod\n\tok';
    await withPlatform(async (platform) => {
      await platform.send([order(9, { body })]);
      await platform.pump();
    });
    const row = rowsOf(await dlq('list')).find(({ sqsMessageId }) => sqsMessageId === 'sqs-9');
    const shown = (await dlq('show', String(row!['id']))).stdout;
    expect(shown.endsWith('\n\\u001b]0;owned\\u0007 \\u202ecod\n\tok\n')).toBe(true);
    expect((await dlq('show', String(row!['id']), '--body')).stdout).toBe(body);
  });

  it('of an id that there is not says how ids are given', async () => {
    expect(await dlq('show', 'ffffffffff')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('no dead letter has the id "ffffffffff"'),
    });
  });
});

describe('lean-ops dlq stats', () => {
  it('counts', async () => {
    expect(rowsOf(await dlq('stats'))).toMatchObject([
      {
        topic: 'orders',
        kind: 'quarantine',
        errorCode: 'BODY_NOT_JSON',
        status: 'open',
        messages: 1,
        mostReplays: 0,
      },
      { topic: 'visits', messages: 1 },
    ]);
  });
});

describe('lean-ops dlq replay', () => {
  it('says what it would do, and does nothing where nobody can be asked', async () => {
    const told = await dlq('replay');
    expect(told.code).toBe(2);
    expect(told.stderr).toContain('2 would come back as things stand');
    expect(told.stderr).toContain('nothing was done');
    expect((await dlq('replay', '--dry-run')).code).toBe(0);
    expect(rowsOf(await dlq('list')).every(({ status, replays }) => status === 'open' && replays === 0)).toBe(
      true,
    );
  });

  it('sends what was mended, processes it, and everything is accounted for', async () => {
    await withPlatform((platform) => platform.registerTopic({ queueTopic: 'visits', contract: null }));
    const planned = await dlq('replay', '--topic', 'visits', '--dry-run', '--format', 'table');
    expect(planned.stdout).toMatch(/visits +quarantine +TOPIC_NOT_REGISTERED +would-send +1/);
    const result = await dlq('replay', '--topic', 'visits', '--yes', '--rate', '6000/m');
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toBe('1 sent\nprocessing what was sent\n');
    expect(rowsOf(result)).toMatchObject([{ sqsMessageId: 'sqs-3', outcome: 'sent', detail: null }]);
    expect(rowsOf(await dlq('list', '--topic', 'visits'))).toMatchObject([
      { status: 'replayed', replays: 1 },
    ]);
    const scanned = await runCommand(['table', 'scan', join(warehouse.path, 'standardized', 'visits')]);
    expect(JSON.parse(scanned.stdout)).toMatchObject({ sqs_message_id: 'sqs-3', amount: '3.50' });
    await expectBalanced();
  });

  it('that is forced brings back what fails again, counted, and says so', async () => {
    for (const replays of [1, 2]) {
      const result = await dlq('replay', '--topic', 'orders', '--force', '--yes', '--max-replays', '2');
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('1 came back');
      expect(rowsOf(await dlq('list', '--topic', 'orders'))).toMatchObject([{ status: 'open', replays }]);
      await expectBalanced();
    }
    const last = await dlq('replay', '--topic', 'orders', '--force', '--yes', '--max-replays', '2');
    expect(last.stderr).toBe('1 replayed as often as --max-replays allows\n');
    expect(last.code).toBe(1);
  });

  it('can leave the messages in their queues, in flight and accounted for', async () => {
    await withPlatform((platform) => platform.registerTopic({ queueTopic: 'visits', contract: null }));
    expect((await dlq('replay', '--topic', 'visits', '--yes', '--send-only')).stderr).toBe('1 sent\n');
    await expectBalanced();
    await withPlatform(async (platform) => {
      expect(await platform.pump()).toMatchObject({ received: 1, delivered: 1 });
    });
    await expectBalanced();
  });

  it('with nothing to send says so', async () => {
    expect(await dlq('replay', '--kind', 'dead-letter', '--yes')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no message is meant: nothing to send\n',
    });
  });
});

describe('lean-ops dlq replay --errors', () => {
  const contract = (version: string, currencies: readonly string[]): TopicContract => ({
    topic: 'orders',
    version,
    owner: 'tests',
    columns: { amount: { type: 'string' }, currency: { type: 'string', enum: currencies } },
    quality: { cdeSpikeThreshold: 0.9 },
  });
  const paid = (id: number, currency: string) =>
    order(id, { body: JSON.stringify({ idempotency_key: `o${id}`, amount: `${id}.50`, currency }) });

  beforeEach(() =>
    withPlatform(async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: contract('1.0.0', ['EUR']) });
      await platform.send([paid(4, 'EUR'), paid(5, 'USD'), paid(6, 'XXX')]);
      await platform.pump();
      await platform.orchestrate();
    }),
  );

  it('decides again what failed, under the contract that is live', async () => {
    const told = await dlq('replay', '--errors', '--topic', 'orders');
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain('would decide again the parse errors of orders');
    const same = await dlq('replay', '--errors', '--topic', 'orders', '--yes');
    expect(rowsOf(same)).toEqual([
      { topic: 'orders', table: 'standardized.orders_parse_errors', reviewed: 0, mended: 0, left: 0 },
      { topic: 'orders', table: 'curated.orders_errors', reviewed: 2, mended: 0, left: 2 },
    ]);
    expect(same.code).toBe(1);
    await withPlatform((platform) =>
      platform.deploy({ contract: contract('1.1.0', ['EUR', 'USD', 'XXX']), deployedBy: 'tests' }),
    );
    const mended = await dlq('replay', '--errors', '--topic', 'orders', '--yes');
    expect(mended).toMatchObject({ code: 0 });
    expect(rowsOf(mended)).toMatchObject([{ reviewed: 0 }, { reviewed: 2, mended: 2, left: 0 }]);
    const result = await runCommand(['table', 'scan', join(warehouse.path, 'curated', 'orders'), '--count']);
    expect(JSON.parse(result.stdout)).toBe(4);
    await expectBalanced();
  });

  it('says so of a topic that is paused, and leaves its lease to others', async () => {
    await withPlatform(async ({ state: { topics } }) => {
      const row = await topics.get('orders');
      await topics.put({ ...row!, state: 'paused', stateReason: 'test' });
    });
    const result = await dlq('replay', '--errors', '--topic', 'orders', '--yes');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('cannot be decided again now: it is paused');
    await withPlatform(async ({ state: { leases } }) => {
      expect(await leases.get('topic:orders')).toBeNull();
    });
  });
});

describe('lean-ops dlq discard', () => {
  it('needs to be told which messages', async () => {
    const result = await dlq('discard', '--reason', 'x', '--yes');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('say which messages to discard');
  });

  it('says what it would do where nobody can be asked', async () => {
    const result = await dlq('discard', '--topic', 'orders', '--reason', 'x', '--by', 'ana');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('1 would be discarded');
    expect(rowsOf(await dlq('list', '--status', 'open'))).toHaveLength(2);
  });

  it('keeps the message, with who, when and why, and it can be replayed after all', async () => {
    const result = await dlq('discard', '--topic', 'orders', '--reason', 'load test', '--by', 'ana', '--yes');
    expect(result).toMatchObject({ code: 0, stderr: '1 discarded by ana\n' });
    const [row] = rowsOf(await dlq('list', '--status', 'discarded'));
    expect(row).toMatchObject({
      archive: 'kept',
      lastChange: { by: 'ana', reason: 'load test', at: expect.stringMatching(/^20.*Z$/) },
    });
    await expectBalanced();
    const again = await dlq('discard', '--id', String(row!['id']), '--reason', 'x', '--by', 'ben', '--yes');
    expect(again).toMatchObject({ code: 1, stderr: '0 discarded by ben; 1 were not open\n' });
    const back = await dlq('replay', '--status', 'discarded', '--force', '--yes');
    expect(back.stderr).toContain('1 came back');
    await expectBalanced();
  });
});

describe('lean-ops dlq with wrong input', () => {
  it.each<[string[], RegExp]>([
    [
      ['list', '--topic', 'order'],
      /topic "order" is not registered and has no dead letters; registered are: orders/,
    ],
    [['list', '--topic', '1st'], /cannot name a table/],
    [['list', '--since', 'yesterday'], /Give an age such as 7d/],
    [['list', '--since', '5'], /Give an age such as 7d/],
    [['list', '--kind', 'letter'], /Allowed choices are dead-letter, quarantine, delivery-failure/],
    [['list', '--limit', '0'], /Give a whole number from 1/],
    [['list', '--format', 'xml'], /Allowed choices are table, ndjson, json/],
    [['show'], /missing required argument 'id'/],
    [['replay', '--rate', '50'], /Give messages per second, minute or hour/],
    [['replay', '--rate', '0/s'], /Give messages per second, minute or hour/],
    [['replay', '--max-replays', '-1'], /Give a whole number from 1/],
    [['replay', '--yes', '--dry-run'], /cannot be used with option/],
    [['replay', '--errors', '--topic', 'orders', '--kind', 'quarantine'], /cannot be used with option/],
    [['replay', '--errors'], /--errors needs --topic/],
    [['replay', '--errors', '--topic', 'visits', '--yes'], /topic visits is not registered/],
    [['discard', '--topic', 'orders'], /required option '--reason <text>'/],
    [['discard', '--topic', 'orders', '--reason', ' ', '--by', 'ana', '--yes'], /discarding needs reason/],
    [['discard', '--topic', 'orders', '--reason', 'x'], /say who discards/],
    [['list', '--id', 'ab'], /no dead letter has the id "ab"/],
    [['replay', '--aws'], /cannot be used with option/],
  ])('%j is refused in words', async (args, words) => {
    const result = await dlq(...args);
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toContain('    at ');
    expect(result.code).toBe(2);
  });

  it('refuses a folder that is no warehouse, and no address at all', async () => {
    expect(await runCommand(['dlq', 'list', '--warehouse', join(warehouse.path, 'raw')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('this is no lean-ops warehouse'),
    });
    expect(await runCommand(['dlq', 'list'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('say where'),
    });
    expect(await runCommand(['dlq', 'list', '--aws', '--project', 'acme'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--aws needs --project and --env'),
    });
  });

  it('helps', async () => {
    for (const command of ['', 'list', 'show', 'stats', 'replay', 'discard', 'check']) {
      const { code, stdout } = await runCommand(['dlq', ...(command === '' ? [] : [command]), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Example');
    }
  });
});
