import type { TopicContract } from '@lean-ops/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractHistory } from '../contract/deploy/history.js';
import { planDeploy } from '../contract/deploy/plan-deploy.js';
import { removeTopic } from '../contract/deploy/remove-topic.js';
import { rollbackContract } from '../contract/deploy/rollback.js';
import { type EmbeddedPlatform, EmbeddedPlatform as Platform } from '../local/index.js';
import { openPlatform, withPlatform } from './support/open-platform.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = Date.UTC(2026, 0, 15, 8);
const HOURS_LATER = NOW + 3 * 3_600_000;

const LIVE: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: {
    id: { type: 'int', path: '$.id' },
    amount: { type: 'decimal(6,2)', cde: true },
    kind: { type: 'string', enum: ['a', 'b'] },
  },
};

const CHANGED: TopicContract = {
  ...LIVE,
  version: '1.1.0',
  columns: {
    number: { type: 'long', path: '$.id' },
    amount: { type: 'decimal(12,2)', cde: true },
    kind: { type: 'string', enum: ['a', 'b', 'c'] },
    site: { type: 'string' },
  },
};

let warehouse: TemporaryWarehouse;

beforeEach(() => {
  warehouse = new TemporaryWarehouse();
});

afterEach(() => warehouse.remove());

let sent = 0;
async function round(platform: EmbeddedPlatform, ...payloads: object[]): Promise<void> {
  await platform.send(
    payloads.map((payload) => {
      sent += 1;
      const body = JSON.stringify({ idempotency_key: `o${sent}`, ...payload });
      return { queueTopic: 'orders', body, sqsMessageId: `sqs-${sent}`, sentTimestampMs: NOW };
    }),
  );
  await platform.pump();
  const { topics } = await platform.orchestrate();
  expect(topics.map(({ error }) => error)).toEqual(topics.map(() => null));
}

async function curated(platform: EmbeddedPlatform): Promise<Record<string, unknown>[]> {
  const table = await platform.catalog.loadTable({ namespace: 'curated', name: 'orders' });
  const rows: Record<string, unknown>[] = [];
  for await (const row of table.scan().rows()) rows.push(row);
  return rows.sort((left, right) => (String(left['_merge_key']) < String(right['_merge_key']) ? -1 : 1));
}

const deploy = (platform: EmbeddedPlatform, contract: TopicContract, more: object = {}) =>
  platform.deploy({ contract, deployedBy: 'ada', ...more });

/** What a deploy leaves behind, whatever it was interrupted by. */
async function endState(platform: EmbeddedPlatform): Promise<unknown> {
  const { state, catalog } = platform;
  const { updatedAt: _when, stateSince: _since, ...row } = (await state.topics.get('orders'))!;
  const tables = await catalog.listTables();
  const schemas = [];
  for (const identifier of tables.filter(({ namespace }) => namespace !== 'ops')) {
    const table = await catalog.loadTable(identifier);
    const properties = { ...table.properties, 'lean-ops.fencing-token': null };
    schemas.push([identifier, table.schema().fields, properties]);
  }
  return {
    row,
    schemas,
    journals: await state.journals.list('deploy/'),
    leases: [await state.leases.get('topic:orders'), await state.leases.get('deploy:orders')],
    versions: await state.contracts.versions('orders'),
    history: (await contractHistory(platform.deployment(), 'orders')).map(
      ({ deployedAt: _at, ...entry }) => entry,
    ),
  };
}

describe('deploying a contract', () => {
  it('of a new topic makes its tables and its queue, and registers it enabled', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const plan = await platform.planDeploy({ contract: LIVE });
      expect(await platform.catalog.listTables()).toEqual([]);
      expect(plan).toMatchObject({ operation: 'NEW_TABLE', verdict: 'pass', from: null, to: '1.0.0' });
      expect(plan.steps.map(({ id }) => id)).toEqual([
        'contract',
        'raw',
        'surroundings',
        'standardized',
        'curated',
        'registry',
        'history',
      ]);
      const done = await deploy(platform, LIVE);
      expect(done).toMatchObject({ outcome: 'deployed', plan });
      expect(await platform.state.topics.get('orders')).toMatchObject({
        state: 'enabled',
        contractVersion: '1.0.0',
      });
      const names = (await platform.catalog.listTables()).map(
        ({ namespace, name }) => `${namespace}.${name}`,
      );
      expect(names).toEqual(['curated.orders', 'raw.orders_staging', 'standardized.orders']);
      await round(platform, { id: 1, amount: 1.5, kind: 'a' });
      expect(await curated(platform)).toMatchObject([{ id: 1, amount: '1.50', kind: 'a' }]);
      expect(await deploy(platform, LIVE)).toMatchObject({ outcome: 'nothing' });
    });
  });

  it('that is compatible renames, widens and adds by field id: old and new rows read right', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await round(platform, { id: 1, amount: 1.5, kind: 'a' });
      const { plan, outcome } = await deploy(platform, CHANGED);
      expect([outcome, plan.operation]).toEqual(['deployed', 'SCHEMA_EVOLVE']);
      expect(plan.steps.find(({ id }) => id === 'curated')?.details).toEqual([
        'field 7: rename id to number',
        'field 7: widen number from int to long',
        'field 8: widen amount from decimal(6,2) to decimal(12,2)',
        expect.stringMatching(/^field \d+: add site string$/),
      ]);
      await round(platform, { id: 5_000_000_000, amount: 12_345_678.5, kind: 'c', site: 'north' });
      expect(await curated(platform)).toMatchObject([
        { number: 1n, amount: '1.50', kind: 'a', site: null },
        { number: 5_000_000_000n, amount: '12345678.50', kind: 'c', site: 'north' },
      ]);
      expect((await platform.reconcile(['orders']))[0]).toMatchObject({ balanced: true });
    });
  });

  it('of routing alone changes no table', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await round(platform, { id: 1, amount: 1, kind: 'a' });
      const before = await platform.status();
      const { plan } = await deploy(platform, {
        ...LIVE,
        version: '1.0.1',
        engine: 'spark',
        owner: 'others',
      });
      expect(plan.operation).toBe('PURE_REMAP');
      expect(plan.steps.map(({ id }) => id)).toEqual(['contract', 'registry', 'history']);
      expect(await platform.status()).toEqual(before);
      expect(await platform.state.topics.get('orders')).toMatchObject({
        contractVersion: '1.0.1',
        engine: 'spark',
      });
      await deploy(platform, { ...LIVE, version: '1.0.2' });
      expect(await platform.state.topics.get('orders')).toMatchObject({ engine: 'node' });
    });
  });

  it.each([
    ['a breaking change that is not declared', { version: '2.0.0', key: 'message_id' }, 'breaking'],
    ['a version that was not raised', { owner: 'others' }, 'wrong'],
    ['a version that is lower', { version: '0.9.0', owner: 'others' }, 'wrong'],
  ])('refuses %s and changes nothing', async (_what, change, verdict) => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      const before = await endState(platform);
      const refused = await deploy(platform, { ...LIVE, ...change });
      expect(refused).toMatchObject({ outcome: 'refused', plan: { verdict, steps: [] } });
      expect(await endState(platform)).toEqual(before);
    });
  });

  it('never gives a version other content, not even one that was live once', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await deploy(platform, CHANGED);
      const again = await deploy(platform, { ...LIVE, version: '1.1.0', owner: 'others' });
      expect(again.outcome).toBe('refused');
      const older = await deploy(platform, { ...LIVE, owner: 'others' });
      expect(older.plan.faults.join()).toMatch(/version 1.0.0 of topic orders is taken/);
    });
  });

  it('asks for a reset where a first contract breaks with the defaults that the topic was run under', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: null });
      await round(platform, { id: 1, amount: 1 });
      const fits = await platform.planDeploy({ contract: LIVE });
      expect(fits).toMatchObject({ operation: 'NEW_TABLE', verdict: 'pass' });
      const keyed: TopicContract = { ...LIVE, key: '$.id' };
      const plan = await platform.planDeploy({ contract: keyed });
      expect(plan).toMatchObject({ operation: 'NUCLEAR_RESET', verdict: 'breaking', declared: false });
      expect(plan.findings.map(({ rule }) => rule)).toEqual(['KEY_CHANGED']);
      const wrapped = await platform.planDeploy({ contract: { ...LIVE, envelope: 'wrapped' } });
      expect(wrapped).toMatchObject({ operation: 'NUCLEAR_RESET', verdict: 'breaking' });
      expect(wrapped.findings.map(({ rule }) => rule)).toEqual(['ENVELOPE_CHANGED']);
      const auto = await platform.planDeploy({ contract: { ...LIVE, envelope: 'auto' } });
      expect(auto).toMatchObject({ operation: 'NEW_TABLE', verdict: 'pass' });
      const reset = { justification: 'ids are keys', impact: 'new keys' };
      const declared = await platform.planDeploy({ contract: { ...keyed, reset } });
      expect(declared).toMatchObject({ verdict: 'pass', declared: true, rows: { raw: 1, standardized: 1 } });
      expect(declared.steps.map(({ id }) => id)).toEqual(['contract', 'rebuild', 'registry', 'history']);
    });
  });

  it('that is breaking and declared rebuilds the tables, and goes live with them', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await round(platform, { id: 1, amount: 1, kind: 'a' }, { id: 2, amount: 2, kind: 'b' });
      const reset = { justification: 'ids are keys and texts', impact: 'new keys' };
      const columns = { ...LIVE.columns, id: { type: 'string', path: '$.id' } } as const;
      const contract: TopicContract = { ...LIVE, version: '2.0.0', key: '$.id', columns, reset };
      const { plan, outcome } = await deploy(platform, contract);
      expect([outcome, plan.operation, plan.rows]).toEqual([
        'deployed',
        'NUCLEAR_RESET',
        { raw: 2, standardized: 2, curated: 2, errors: 0 },
      ]);
      expect(await curated(platform)).toMatchObject([
        { _merge_key: 'k:1', id: '1' },
        { _merge_key: 'k:2', id: '2' },
      ]);
      await round(platform, { id: 2, amount: 3, kind: 'a' });
      expect(await curated(platform)).toMatchObject([{ id: '1' }, { id: '2', _schema_version: '2.0.0' }]);
      expect((await platform.reconcile(['orders']))[0]).toMatchObject({ balanced: true });
    });
  });

  it('rebuilds where what orders gets a wider type: what was too large for the old one had lost', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const ordered = (type: 'int' | 'long', version: string): TopicContract => {
        const columns = { ...LIVE.columns, seq: { type } };
        return { ...LIVE, version, key: '$.name', orderBy: ['$.seq'], columns };
      };
      await deploy(platform, ordered('int', '1.0.0'));
      await round(
        platform,
        { name: 'n', seq: 5, amount: 1, kind: 'a' },
        { name: 'n', seq: 3_000_000_000, amount: 2, kind: 'b' },
      );
      expect(await curated(platform)).toMatchObject([{ seq: 5, kind: 'a' }]);
      const wider = ordered('long', '2.0.0');
      const { outcome, plan } = await deploy(platform, wider);
      expect([outcome, plan.verdict]).toEqual(['refused', 'breaking']);
      expect(plan.findings.map(({ rule }) => rule)).toEqual(['TYPE_WIDENED', 'ORDER_CHANGED']);
      const reset = { justification: 'numbers outgrew int', impact: 'newest versions win' };
      expect(await deploy(platform, { ...wider, reset })).toMatchObject({ outcome: 'deployed' });
      expect(await curated(platform)).toMatchObject([{ seq: 3_000_000_000n, kind: 'b' }]);
      expect((await platform.reconcile(['orders']))[0]).toMatchObject({ balanced: true });
    });
  });

  it('is only that of the plan that was looked at, where its number is given', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const { fingerprint: expect_ } = await platform.planDeploy({ contract: LIVE });
      const other = deploy(platform, { ...LIVE, owner: 'others' }, { expect: expect_ });
      await expect(other).rejects.toMatchObject({ code: 'PLAN_CHANGED' });
      expect(await platform.state.topics.list()).toEqual([]);
      expect(await deploy(platform, LIVE, { expect: expect_ })).toMatchObject({ outcome: 'deployed' });
    });
  });

  it('that no table can be made for changes nothing, and keeps no other contract out', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const impossible: TopicContract = { ...LIVE, partitionBy: ['day(kind)'] };
      const before = await endState(platform).catch(() => null);
      const { outcome, plan } = await deploy(platform, impossible);
      expect([outcome, plan.verdict, plan.steps]).toEqual(['refused', 'wrong', []]);
      expect(plan.faults.join()).toContain('day cannot be applied to a column of type string');
      expect(before).toBeNull();
      expect(await platform.state.journals.list('deploy/')).toEqual([]);
      expect(await platform.state.contracts.versions('orders')).toEqual([]);
      expect(await deploy(platform, LIVE)).toMatchObject({ outcome: 'deployed' });
    });
  });

  it('goes past one that was begun and that no table can be made for', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.state.contracts.put({ ...LIVE, version: '0.9.0', partitionBy: ['nonexistent'] });
      const steps = ['contract', 'standardized', 'curated', 'registry', 'history'];
      const begun = { formatVersion: 1, topic: 'orders', queueTopic: 'orders', from: null, to: '0.9.0' };
      const more = { operation: 'NEW_TABLE', deployedBy: 'ada', steps, done: ['contract'], fingerprint: 'f' };
      const rest = { digest: 'd', acceptRawGap: false, note: null, begunAt: NOW };
      await platform.state.journals.create('deploy/orders', { ...begun, ...more, ...rest });
      expect(await deploy(platform, LIVE)).toMatchObject({ outcome: 'deployed', finished: null });
      expect(await platform.state.journals.list('deploy/')).toEqual([]);
    });
  });

  it('that says another envelope than the topic is run under is told as such', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: LIVE, envelope: 'wrapped' });
      const said: TopicContract = { ...LIVE, version: '1.1.0', envelope: 'auto' };
      const plan = await platform.planDeploy({ contract: said });
      expect(plan).toMatchObject({ operation: 'NUCLEAR_RESET', verdict: 'breaking' });
      expect(plan.findings.map(({ rule }) => rule)).toEqual(['ENVELOPE_CHANGED']);
      const same = await platform.planDeploy({ contract: { ...said, envelope: 'wrapped' } });
      expect(same).toMatchObject({ operation: 'PURE_REMAP', verdict: 'pass' });
    });
  });

  it('leaves a pause of an operator as it is', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      const row = (await platform.state.topics.get('orders'))!;
      await platform.state.topics.put({ ...row, state: 'paused', stateReason: 'bob: wrong units' });
      await deploy(platform, CHANGED);
      expect(await platform.state.topics.get('orders')).toMatchObject({
        state: 'paused',
        stateReason: 'bob: wrong units',
        contractVersion: '1.1.0',
      });
    });
  });

  it('is the only way for columns: registering a changed contract is refused', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: LIVE });
      const registering = platform.registerTopic({ queueTopic: 'orders', contract: CHANGED });
      await expect(registering).rejects.toMatchObject({ code: 'CONTRACT_NOT_DEPLOYED' });
      expect(await platform.state.contracts.versions('orders')).toEqual(['1.0.0']);
      await platform.registerTopic({
        queueTopic: 'orders',
        contract: { ...LIVE, version: '1.0.1', owner: 'o' },
      });
      expect(await platform.state.topics.get('orders')).toMatchObject({ contractVersion: '1.0.1' });
    });
  });
});

describe('a deploy that is killed', () => {
  const killedAt = async (contract: TopicContract, point: string, nowMs: number): Promise<void> => {
    let reached: () => void = () => {};
    const there = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const platform = await openPlatform(warehouse.path, nowMs, {
      hooks: {
        at: async (name) => {
          if (name !== point) return;
          reached();
          // As a process that is gone: nothing behind this is ever run, no lease is given back.
          await new Promise(() => {});
        },
      },
    });
    const ended = deploy(platform, contract).then(
      () => 'ended',
      (error: unknown) => error,
    );
    expect(await Promise.race([there.then(() => 'killed'), ended])).toBe('killed');
  };

  const pointsOf = async (contract: TopicContract): Promise<string[]> => {
    const points: string[] = [];
    const at = (name: string): void => {
      if (/^(deploy|commit):/.test(name)) points.push(name);
    };
    await withPlatform(warehouse.path, NOW, (platform) => deploy(platform, contract), { hooks: { at } });
    return [...new Set(points)];
  };

  it.each([
    ['a new topic', null, LIVE],
    ['a compatible change', LIVE, CHANGED],
    ['routing', LIVE, { ...LIVE, version: '1.0.1', owner: 'others' }],
  ] as const)('anywhere in %s and run again ends in the same state', async (_what, live, contract) => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      if (live === null) return;
      await deploy(platform, live);
      await round(platform, { id: 1, amount: 1.5, kind: 'a' });
    });
    warehouse.save();
    const points = await pointsOf(contract);
    const wanted = await withPlatform(warehouse.path, HOURS_LATER, endState);
    expect(points.length).toBeGreaterThan(8);
    for (const point of points) {
      warehouse.restore();
      await killedAt(contract, point, NOW);
      await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
        await deploy(platform, contract);
        expect(await endState(platform), point).toEqual(wanted);
      });
    }
  });

  it('is finished first by a deploy of another contract', async () => {
    await withPlatform(warehouse.path, NOW, (platform) => deploy(platform, LIVE));
    await killedAt(CHANGED, 'deploy:after-curated', NOW);
    await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
      const next: TopicContract = { ...CHANGED, version: '1.2.0', owner: 'others' };
      expect(await platform.planDeploy({ contract: next })).toMatchObject({ unfinished: '1.1.0' });
      expect(await deploy(platform, next)).toMatchObject({ outcome: 'deployed', finished: '1.1.0' });
      const history = await contractHistory(platform.deployment(), 'orders');
      expect(history.map(({ version, live }) => [version, live])).toEqual([
        ['1.0.0', false],
        ['1.1.0', false],
        ['1.2.0', true],
      ]);
    });
  });

  it('is one row of history, though that was appended to its table before the deploy went on', async () => {
    await withPlatform(warehouse.path, NOW, (platform) => deploy(platform, LIVE));
    await killedAt(CHANGED, 'deploy:after-history', NOW);
    await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
      await platform.orchestrate();
      expect(await platform.state.outbox.peek('schema_versions', 10)).toEqual([]);
      await deploy(platform, CHANGED);
      await platform.orchestrate();
      const history = await contractHistory(platform.deployment(), 'orders');
      expect(history.map(({ version }) => version)).toEqual(['1.0.0', '1.1.0']);
    });
  });

  it('lets no run write under the old contract meanwhile', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await round(platform, { id: 1, amount: 1, kind: 'a' });
    });
    await killedAt(CHANGED, 'deploy:after-curated', NOW);
    await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
      const body = JSON.stringify({ idempotency_key: 'late', id: 2, amount: 2, kind: 'b' });
      const late = { queueTopic: 'orders', body, sqsMessageId: 'late', sentTimestampMs: NOW };
      await platform.send([late]);
      await platform.pump();
      const { topics } = await platform.orchestrate();
      expect(topics).toMatchObject([{ outcome: 'failed', error: { name: 'CONTRACT_NOT_DEPLOYED' } }]);
      expect(await curated(platform)).toHaveLength(1);
      await deploy(platform, CHANGED);
      await platform.orchestrate();
      expect(await curated(platform)).toMatchObject([{ number: 2n }, { number: 1n }]);
    });
  });
});

describe('a run that was cut off between its two tables', () => {
  it('is completed under the contract that began it, before columns change', async () => {
    const good = { idempotency_key: 'good', id: 1, amount: 1, kind: 'a' };
    const bad = { idempotency_key: 'bad', id: 2, amount: 2, kind: 'no such kind' };
    let reached: () => void = () => {};
    const there = new Promise<void>((resolve) => {
      reached = resolve;
    });
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await platform.send(
        [good, bad].map((payload) => ({
          queueTopic: 'orders',
          body: JSON.stringify(payload),
          sqsMessageId: payload.idempotency_key,
          sentTimestampMs: NOW,
        })),
      );
      await platform.pump();
    });
    const killed = await openPlatform(warehouse.path, NOW, {
      hooks: {
        at: async (point) => {
          if (point !== 'curate:errors:after-commit') return;
          reached();
          await new Promise(() => {});
        },
      },
    });
    void killed.orchestrate();
    await there;
    await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
      expect(await deploy(platform, CHANGED)).toMatchObject({ outcome: 'deployed' });
      expect(await curated(platform)).toMatchObject([
        { _merge_key: 'k:good', number: 1n, _schema_version: '1.0.0' },
      ]);
      await round(platform);
      expect((await platform.reconcile(['orders']))[0]).toMatchObject({ balanced: true, openErrors: 1 });
    });
  });
});

describe('two deploys at once', () => {
  it('of one contract come one after the other, and the second finds nothing to do', async () => {
    const platforms = await Promise.all([
      Platform.open({ warehouse: warehouse.path }),
      Platform.open({ warehouse: warehouse.path }),
    ]);
    try {
      const outcomes = await Promise.all(
        platforms.map((platform) => deploy(platform, LIVE, { waitMs: 30_000 })),
      );
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['deployed', 'nothing']);
    } finally {
      await Promise.all(platforms.map((platform) => platform.close()));
    }
  });

  it('of two contracts make both live in turn, or the later one says why not', async () => {
    await withPlatform(warehouse.path, NOW, (platform) => deploy(platform, LIVE));
    const platforms = await Promise.all([
      Platform.open({ warehouse: warehouse.path }),
      Platform.open({ warehouse: warehouse.path }),
    ]);
    try {
      const other: TopicContract = {
        ...CHANGED,
        version: '1.2.0',
        columns: { ...CHANGED.columns, x: { type: 'int' } },
      };
      const [first, second] = await Promise.all([
        deploy(platforms[0]!, CHANGED, { waitMs: 30_000 }),
        deploy(platforms[1]!, other, { waitMs: 30_000 }),
      ]);
      expect(second.outcome).toBe('deployed');
      expect(['deployed', 'refused']).toContain(first.outcome);
      expect(await platforms[0]!.state.topics.get('orders')).toMatchObject({ contractVersion: '1.2.0' });
    } finally {
      await Promise.all(platforms.map((platform) => platform.close()));
    }
  });

  it('that do not wait: one fails clearly and changes nothing', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const { state } = platform;
      await state.leases.acquire({ resource: 'deploy:orders', owner: 'somebody', ttlMs: 60_000 });
      const refused = deploy(platform, LIVE);
      await expect(refused).rejects.toMatchObject({ code: 'TOPIC_BUSY', retryable: true });
      await expect(refused).rejects.toThrow(/another deploy has topic orders \(somebody, until/);
      expect(await state.topics.list()).toEqual([]);
    });
  });

  it('wait for a run of the topic too', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.state.leases.acquire({ resource: 'topic:orders', owner: 'a round', ttlMs: 20_000 });
      await expect(deploy(platform, LIVE, { waitMs: 10_000 })).rejects.toMatchObject({ code: 'TOPIC_BUSY' });
      expect(await deploy(platform, LIVE, { waitMs: 60_000 })).toMatchObject({ outcome: 'deployed' });
    });
  });
});

describe('the history of a topic', () => {
  it('is in ops.schema_versions, and shows what waits to be there', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await platform.orchestrate();
      await deploy(platform, CHANGED);
      const history = await contractHistory(platform.deployment(), 'orders');
      expect(history).toMatchObject([
        { version: '1.0.0', operation: 'NEW_TABLE', deployedBy: 'ada', live: false },
        { version: '1.1.0', operation: 'SCHEMA_EVOLVE', deployedBy: 'ada', live: true },
      ]);
    });
  });

  it('knows when what and in which order, once all of it is in the table', async () => {
    for (const [index, contract] of [LIVE, CHANGED].entries()) {
      await withPlatform(warehouse.path, NOW + index * 60_000, async (platform) => {
        await deploy(platform, contract);
        await platform.orchestrate();
      });
    }
    await withPlatform(warehouse.path, HOURS_LATER, async (platform) => {
      expect(await platform.state.outbox.peek('schema_versions', 10)).toEqual([]);
      expect(await contractHistory(platform.deployment(), 'orders')).toMatchObject([
        { version: '1.0.0', deployedAt: NOW, live: false },
        { version: '1.1.0', deployedAt: NOW + 60_000, live: true },
      ]);
      const { to } = await rollbackContract(platform.deployment(), { topic: 'orders' });
      expect(to).toBe('1.0.0');
    });
  });

  it('takes a topic whose live contract is lost for no new one, until that is deployed again', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      const { topics, journals, outbox, leases } = platform.state;
      const contracts = { ...platform.state.contracts, get: async () => null };
      const state = { ...platform.state, topics, journals, outbox, leases, contracts };
      const ports = { ...platform.deployment(), state };
      await expect(planDeploy(ports, { contract: CHANGED })).rejects.toMatchObject({
        code: 'VERSION_NOT_FOUND',
        message: expect.stringContaining('deploy 1.0.0 as it is live first'),
      });
      expect(await planDeploy(ports, { contract: LIVE })).toMatchObject({ operation: 'PURE_REMAP' });
    });
  });

  it('goes back past a removal to what was live before it', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      const later: TopicContract = { ...LIVE, version: '1.0.1', owner: 'others' };
      await deploy(platform, LIVE);
      await deploy(platform, later);
      await removeTopic(platform.deployment(), { topic: 'orders', removedBy: 'bob' });
      await deploy(platform, later);
      const back = await rollbackContract(platform.deployment(), { topic: 'orders' });
      expect(back).toEqual({ contract: { ...LIVE, version: '1.0.2' }, from: '1.0.1', to: '1.0.0' });
    });
  });

  it('goes back by an older content under a new version', async () => {
    await withPlatform(warehouse.path, NOW, async (platform) => {
      await deploy(platform, LIVE);
      await deploy(platform, { ...LIVE, version: '1.0.1', owner: 'others' });
      const back = await rollbackContract(platform.deployment(), { topic: 'orders' });
      expect(back).toEqual({ contract: { ...LIVE, version: '1.0.2' }, from: '1.0.1', to: '1.0.0' });
      expect(await deploy(platform, back.contract)).toMatchObject({ outcome: 'deployed' });
      await deploy(platform, { ...CHANGED, version: '1.1.0' });
      const breaking = await rollbackContract(platform.deployment(), { topic: 'orders', to: '1.0.0' });
      expect(breaking.contract.version).toBe('2.0.0');
      expect(await deploy(platform, breaking.contract)).toMatchObject({
        outcome: 'refused',
        plan: { verdict: 'breaking' },
      });
      const reset = { justification: 'readers need id back', impact: 'site is gone' };
      const declared = await rollbackContract(platform.deployment(), { topic: 'orders', to: '1.0.0', reset });
      expect(await platform.planDeploy(declared)).toMatchObject({
        verdict: 'pass',
        operation: 'NUCLEAR_RESET',
      });
      const none = rollbackContract(platform.deployment(), { topic: 'orders', to: '7.0.0' });
      await expect(none).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    });
  });
});
