import type { TopicContract } from '@lean-ops/core';
import { expect, it } from 'vitest';
import { dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { ROUND_MS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

const NOW = ROUND_MS[0];

const contract = (engine: 'node' | 'spark'): TopicContract => ({
  topic: 'orders',
  version: '1.0.0',
  owner: 'tests',
  engine,
  columns: { amount: { type: 'decimal(10,2)', cde: true } },
});

async function tablesOn(engine: 'node' | 'spark') {
  const warehouse = new TemporaryWarehouse();
  try {
    return await withPlatform(warehouse.path, NOW, async (platform) => {
      await platform.registerTopic({ queueTopic: 'orders', contract: contract(engine) });
      const body = (id: number) => JSON.stringify({ idempotency_key: `o${id % 4}`, amount: `${id}.50` });
      await platform.send(
        Array.from({ length: 6 }, (_, id) => ({
          queueTopic: 'orders',
          body: body(id),
          sqsMessageId: `m${id}`,
          sentTimestampMs: NOW + id,
        })),
      );
      await platform.pump();
      const { topics } = await platform.orchestrate();
      expect(topics).toMatchObject([{ topic: 'orders', outcome: 'succeeded', error: null }]);
      expect(await platform.reconcile()).toMatchObject([{ balanced: true, curated: 4 }]);
      return await dumpTables(platform, ['orders']);
    });
  } finally {
    warehouse.remove();
  }
}

it('a topic that the registry gives to Spark ends in the tables of one on the Node engine', async () => {
  expect(await tablesOn('spark')).toEqual(await tablesOn('node'));
});
