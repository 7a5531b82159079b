import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TopicContract } from '@lean-ops/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractHistory } from '../contract/deploy/history.js';
import { EmbeddedPlatform } from '../local/index.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const CHILD = fileURLToPath(new URL('support/deploy-child.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/embedded.js', import.meta.url));

const LIVE: TopicContract = {
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  columns: { id: { type: 'int', path: '$.id' } },
};
const CHANGED: TopicContract = {
  ...LIVE,
  version: '1.1.0',
  columns: { number: { type: 'long', path: '$.id' }, site: { type: 'string' } },
};
const RESET: TopicContract = {
  ...LIVE,
  version: '2.0.0',
  key: '$.id',
  columns: { id: { type: 'string', path: '$.id' } },
  reset: { justification: 'ids are the keys', impact: 'new keys' },
};

interface ChildReport {
  readonly points: readonly string[];
  readonly outcome: string;
}

/** Deploys in a process of the real build; null where it was killed. */
function deployInChild(warehouse: string, contract: TopicContract, crashAt?: string): ChildReport | null {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is missing: run npm run build first`);
  const options = JSON.stringify({ warehouse, contract, crashAt });
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [CHILD, options], {
    encoding: 'utf8',
  });
  if (signal === 'SIGKILL') return null;
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as ChildReport;
}

const within = async <T>(warehouse: string, use: (platform: EmbeddedPlatform) => Promise<T>): Promise<T> => {
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    return await use(platform);
  } finally {
    await platform.close();
  }
};

/** What a deploy leaves behind. */
const endState = (warehouse: string) =>
  within(warehouse, async ({ state, catalog }) => {
    const { updatedAt: _when, stateSince: _since, ...row } = (await state.topics.get('orders'))!;
    const curated = await catalog.loadTable({ namespace: 'curated', name: 'orders' });
    const rows: unknown[] = [];
    for await (const { id, number, site } of curated.scan().rows()) rows.push([id, number, site]);
    return {
      row,
      tables: (await catalog.listTables()).map(({ namespace, name }) => `${namespace}.${name}`),
      columns: curated.schema().fields.map(({ id, name, type }) => [id, name, type]),
      rows: rows
        .map((cells) => JSON.stringify(cells, (_key, cell) => (typeof cell === 'bigint' ? `${cell}` : cell)))
        .sort(),
      journals: [...(await state.journals.list('deploy/')), ...(await state.journals.list('rebuild/'))],
      versions: await state.contracts.versions('orders'),
    };
  });

/** Where a step is done and its journal does not know: the others are for the long run. */
const SOME_POINTS = /^deploy:(before-journal|after-(curated|rebuild|registry))$/;
const isFull = process.env['LEAN_OPS_TEST'] === 'full';
const TIMEOUT_MS = 180_000;

describe.each([
  ['a compatible change', CHANGED],
  ['a declared breaking change', RESET],
] as const)('a deploy of %s that is killed', (_what, contract) => {
  const warehouse = new TemporaryWarehouse();
  let points: readonly string[];
  let undisturbed: unknown;

  beforeAll(async () => {
    await within(warehouse.path, async (platform) => {
      await platform.deploy({ contract: LIVE, deployedBy: 'ada' });
      const messages = [1, 2, 3].map((id) => ({
        queueTopic: 'orders',
        body: JSON.stringify({ id, idempotency_key: `k${id}`, site: 'north' }),
        sqsMessageId: `m${id}`,
        sentTimestampMs: Date.UTC(2026, 0, 1),
      }));
      await platform.send(messages);
      await platform.pump();
      await platform.orchestrate();
    });
    warehouse.save();
    const report = deployInChild(warehouse.path, contract);
    expect(report?.outcome).toBe('deployed');
    points = report!.points.filter(
      (point) => point.startsWith('deploy:') && (isFull || SOME_POINTS.test(point)),
    );
    undisturbed = await endState(warehouse.path);
  }, TIMEOUT_MS);

  afterAll(() => warehouse.remove());

  it(
    'at any step of its journal and run again ends in the same state, without a stray table',
    async () => {
      expect(points.length).toBeGreaterThan(2);
      for (const point of points) {
        warehouse.restore();
        expect(deployInChild(warehouse.path, contract, point), point).toBeNull();
        await within(warehouse.path, async (platform) => {
          const again = await platform.deploy({ contract, deployedBy: 'ada' });
          expect(['deployed', 'nothing'], point).toContain(again.outcome);
          const history = await contractHistory(platform.deployment(), 'orders');
          expect(
            history.map(({ version }) => version),
            point,
          ).toEqual(['1.0.0', contract.version]);
        });
        expect(await endState(warehouse.path), point).toEqual(undisturbed);
      }
    },
    TIMEOUT_MS,
  );
});
