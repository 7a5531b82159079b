import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicContract } from '@lean-ops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedPlatform, type OutgoingMessage } from '../local/index.js';
import { archivedDeadLetters } from './support/dead-letter.js';
import { openPlatform, withPlatform } from './support/open-platform.js';
import { messagesOf, ROUND_MS, registerTopics } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = ROUND_MS[0];
const CONTRACT: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: { amount: { type: 'decimal(10,2)', cde: true } },
};

let warehouse: TemporaryWarehouse;

beforeEach(() => {
  warehouse = new TemporaryWarehouse();
});

afterEach(() => warehouse.remove());

const order = (id: number, overrides: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  queueTopic: 'orders',
  body: JSON.stringify({
    idempotency_key: `o${id}`,
    amount: `${id}.50`,
    last_updated_ts: '2026-01-15T07:00:00Z',
  }),
  sqsMessageId: `sqs-${id}`,
  sentTimestampMs: NOW - 1_000,
  ...overrides,
});

describe('the embedded platform', () => {
  it('takes messages through queue, Firehose, RAW, Standardized and Curated, and accounts for each', async () => {
    await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
      await registerTopics(platform);
      for (const round of [0, 1] as const) await platform.send(messagesOf(round));
      const pumped = await platform.pump();
      expect(pumped).toMatchObject({ handedBack: 0, deadLettered: 0, deliveryFailures: 0, quarantined: 2 });
      expect(pumped.accepted + pumped.quarantined).toBe(pumped.received);
      expect(pumped.delivered).toBe(pumped.accepted);
      const { topics, opsAppended } = await platform.orchestrate();
      expect(topics.map(({ topic, outcome, error }) => [topic, outcome, error])).toEqual([
        ['meter_readings', 'succeeded', null],
        ['visits', 'succeeded', null],
      ]);
      expect(topics[0]?.curated?.failed).toBeGreaterThan(0);
      expect(topics[1]?.curated).toBeNull();
      expect(opsAppended['job_runs']).toBeGreaterThan(0);
      expect(await platform.reconcile()).toMatchObject([
        { topic: 'meter_readings', balanced: true, quarantined: 1, parseErrors: 1, openErrors: 4, copies: 2 },
        { topic: 'unknown', balanced: true, messages: 1, quarantined: 1 },
        { topic: 'visits', balanced: true, messages: 33, raw: 33, curated: null, openErrors: null },
      ]);
      expect(await platform.status()).toMatchObject([
        { topic: 'meter_readings', pendingRaw: 0 },
        { topic: 'visits', curated: null },
      ]);
    });
  });

  it('changes no table in a round without new data', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await registerTopics(platform);
      await platform.send(messagesOf(0));
      await platform.pump();
      await platform.orchestrate();
      const before = await platform.status();
      const { topics } = await platform.orchestrate();
      expect(topics.map(({ standardized }) => standardized?.commits)).toEqual([0, 0]);
      expect(await platform.status()).toEqual(before);
    });
  });

  it('keeps what was sent when it is closed before anything was pumped', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      await platform.send([order(1), order(2)]);
    });
    await withPlatform(warehouse.path, NOW, async (platform) => {
      expect(await platform.reconcile()).toMatchObject([
        { topic: 'orders', messages: 2, inFlight: 2, raw: 0 },
      ]);
      expect(await platform.pump()).toMatchObject({ received: 2, delivered: 2 });
    });
  });

  it('counts a message once that is in flight again after it was received', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      const messages = [order(1), order(2, { body: 'not json' })];
      await platform.send(messages);
      await platform.pump();
      await platform.orchestrate();
      await platform.send([...messages, order(3)]);
      expect(await platform.reconcile()).toMatchObject([
        { balanced: true, messages: 3, inFlight: 1, raw: 1, quarantined: 1, differences: [] },
      ]);
    });
  });

  it('says under which topics messages count', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const queueArn = 'arn:aws:sqs:local:000000000000:somebody-elses-queue';
      expect(await platform.send([order(1), order(2, { queueArn })])).toEqual(new Set(['orders', 'unknown']));
    });
  });

  it('adds copies, not rows, when the same message is sent again', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      for (let time = 0; time < 2; time++) {
        await platform.send([order(1), order(2)]);
        await platform.pump();
        await platform.orchestrate();
      }
      expect(await platform.reconcile()).toMatchObject([
        { balanced: true, messages: 2, raw: 4, copies: 2, standardized: 2, curated: 2 },
      ]);
    });
  });

  it('skips a paused topic, whose events wait in RAW, and goes on when it is enabled', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      const row = await platform.state.topics.get('orders');
      await platform.state.topics.put({ ...row!, state: 'paused', stateReason: 'test' });
      await platform.send([order(1)]);
      expect(await platform.pump()).toMatchObject({ delivered: 1 });
      expect((await platform.orchestrate()).topics).toMatchObject([
        { outcome: 'paused', standardized: null },
      ]);
      await platform.state.topics.put(row!);
      expect((await platform.orchestrate()).topics).toMatchObject([{ outcome: 'succeeded' }]);
      expect(await platform.reconcile()).toMatchObject([{ balanced: true, curated: 1 }]);
    });
  });

  it('reports a topic that another execution holds, and touches nothing', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      await platform.send([order(1)]);
      await platform.pump();
      const lease = await platform.state.leases.acquire({
        resource: 'topic:orders',
        owner: 'somebody',
        ttlMs: 60_000,
      });
      expect((await platform.orchestrate()).topics).toMatchObject([{ outcome: 'held' }]);
      expect(await platform.catalog.tableExists({ namespace: 'standardized', name: 'orders' })).toBe(false);
      await platform.state.leases.release(lease!);
      expect((await platform.orchestrate()).topics).toMatchObject([{ outcome: 'succeeded' }]);
    });
  });

  it('archives a message that the processor cannot place however often it tries, and accounts for it', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      await platform.send([order(1), { ...order(2), body: 'not json' }]);
      // Quarantine fails for this message, so it is handed back each time.
      const put = platform.archive.put.bind(platform.archive);
      Object.assign(platform.archive, {
        put: (message: Parameters<typeof put>[0]) =>
          message.kind === 'quarantine' ? Promise.reject(new Error('no space')) : put(message),
      });
      expect(await platform.pump()).toMatchObject({ delivered: 1, handedBack: 5, deadLettered: 1 });
      await platform.orchestrate();
      expect(await platform.reconcile()).toMatchObject([
        { balanced: true, messages: 2, raw: 1, quarantined: 0, deadLettered: 1 },
      ]);
      expect(await archivedDeadLetters(platform)).toEqual([
        {
          topic: 'orders',
          kind: 'dead-letter',
          sqsMessageId: 'sqs-2',
          body: 'not json',
          errorCode: 'RECEIVED_TOO_OFTEN',
        },
      ]);
    });
  });

  it('quarantines messages of a topic that nobody registered, and counts them under its name', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.send([order(1)]);
      expect(await platform.pump()).toMatchObject({ quarantined: 1, delivered: 0 });
      expect(await platform.reconcile()).toMatchObject([{ topic: 'orders', balanced: true, quarantined: 1 }]);
    });
  });

  it('refuses to reconcile a topic that nobody knows', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      await expect(platform.reconcile(['ordes'])).rejects.toMatchObject({
        code: 'TOPIC_NOT_REGISTERED',
        message: expect.stringContaining('known are: orders'),
      });
    });
  });

  it('refuses half a surrogate pair, which no queue can carry, and sends nothing of that call', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      const messages = [order(1), order(2, { body: '{"a":"\ud800"}' })];
      await expect(platform.send(messages)).rejects.toMatchObject({ code: 'MESSAGE_INVALID' });
      expect(await platform.pump()).toMatchObject({ received: 0 });
    });
  });

  it('says so when it is used after it was closed', async () => {
    const platform = await openPlatform(warehouse.path, NOW);
    await platform.close();
    await platform.close();
    await expect(platform.pump()).rejects.toMatchObject({ code: 'PLATFORM_CLOSED' });
  });
});

describe('registering a topic', () => {
  const register = (contract: TopicContract | null, queueTopic = 'orders') =>
    withPlatform(warehouse.path, NOW, (platform) => platform.registerTopic({ queueTopic, contract }));

  it('twice changes nothing', async () => {
    await register(CONTRACT);
    const row = await withPlatform(warehouse.path, NOW, (platform) => platform.state.topics.get('orders'));
    await register(CONTRACT);
    await withPlatform(warehouse.path, NOW + 1_000, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT });
      expect(await platform.state.topics.get('orders')).toEqual(row);
      expect(await platform.state.contracts.versions('orders')).toEqual(['1.0.0']);
    });
  });

  it('refuses a changed contract under a version that is stored', async () => {
    await register(CONTRACT);
    await expect(register({ ...CONTRACT, owner: 'others' })).rejects.toMatchObject({
      code: 'CONTRACT_INVALID',
    });
  });

  it('keeps the live contract where none is given', async () => {
    await register(CONTRACT);
    await register(null);
    await withPlatform(warehouse.path, NOW, async (platform) => {
      expect(await platform.state.topics.get('orders')).toMatchObject({ contractVersion: '1.0.0' });
    });
  });

  it('refuses a second spelling of a table name', async () => {
    await register(null, 'a-b');
    await expect(register(null, 'a_b')).rejects.toMatchObject({ code: 'TOPIC_NAME_COLLISION' });
  });

  it('refuses a contract of another topic', async () => {
    await expect(register(CONTRACT, 'visits')).rejects.toMatchObject({ code: 'CONTRACT_OF_OTHER_TOPIC' });
  });

  it('refuses the name under which messages of no topic are counted', async () => {
    await expect(register(null, 'unknown')).rejects.toMatchObject({ code: 'TOPIC_NAME_INVALID' });
  });
});

describe('opening a warehouse', () => {
  it('of a newer format version is refused, and nothing in it is touched', async () => {
    await withPlatform(warehouse.path, NOW, async () => {});
    const marker = join(warehouse.path, '.lean-ops', 'warehouse.json');
    writeFileSync(marker, '{"formatVersion":99}');
    const opened = EmbeddedPlatform.open({ warehouse: warehouse.path });
    await expect(opened).rejects.toMatchObject({ code: 'WAREHOUSE_VERSION' });
    expect(readFileSync(marker, 'utf8')).toBe('{"formatVersion":99}');
  });

  it('is possible for many at once, a fresh folder included', async () => {
    const platforms = await Promise.all(Array.from({ length: 5 }, () => openPlatform(warehouse.path, NOW)));
    await Promise.all(
      platforms.map((platform) => platform.registerTopic({ queueTopic: 'orders', contract: CONTRACT })),
    );
    await Promise.all(platforms.map((platform, index) => platform.send([order(index)])));
    expect(await platforms[0]!.pump()).toMatchObject({ received: 5, delivered: 5 });
    await Promise.all(platforms.map((platform) => platform.close()));
  });
});
