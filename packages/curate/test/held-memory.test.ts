import { batchFromRows } from '@lean-ops/iceberg';
import { Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { expect, test } from 'vitest';
import { keySource } from '../src/dedup/merge-key.js';
import { DriftLog } from '../src/drift/drift.js';
import { orderPlan } from '../src/order/order-plan.js';
import { loadPayloadHash } from '../src/payload-hash.js';
import { collectVersions } from '../src/standardize/collect-versions.js';
import { type RawBatch, rawBatch } from '../src/standardize/raw-batch.js';
import { InlinePool } from '../src/workers/batch-pool.js';
import { bytesHeld } from './support/bytes-held.js';
import { envelope, World } from './support/world.js';

test('of batches whose columns share their memory, ids are kept and not what stands beside them', async () => {
  const raw = await new World().raw();
  /** Mostly white space: next to nothing of them is kept. Eight of them are a batch, of which the last is held. */
  const json = `{"n":1${' '.repeat(1 << 20)}}`;
  const bytes = (): Uint8Array =>
    tableToIPC(
      new Table([
        batchFromRows(
          raw.schema(),
          Array.from({ length: 8 }, () => ({ ...envelope({ json }) })),
        ),
      ]),
    );
  // One buffer for all columns, as the Parquet library gives them; each large enough not to be joined with others.
  async function* batches(): AsyncGenerator<RawBatch> {
    for (let count = 0; count < 8; count++) {
      const [batch] = tableFromIPC(bytes()).batches;
      yield { ...rawBatch(batch!), byteLength: 64 << 20 };
    }
  }
  const pool = new InlinePool();
  await pool.begin({ maxDepth: 5, maxColumns: 100, columns: [], contractPaths: [], contract: null });
  const before = await bytesHeld();
  const collected = await collectVersions({
    batches: batches(),
    pool,
    cacheBytes: 1 << 30,
    contract: null,
    key: keySource(null),
    order: orderPlan(null),
    payloadHash: await loadPayloadHash(),
    drift: new DriftLog(),
  });
  expect((await bytesHeld()) - before).toBeLessThan(24 << 20);
  expect(collected.rows).toBe(64);
  expect(collected.batches.some(({ kept }) => kept !== null)).toBe(true);
});
