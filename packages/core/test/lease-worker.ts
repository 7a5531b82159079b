import { setTimeout as delay } from 'node:timers/promises';
import { SqliteStateStore } from '../src/state-store/sqlite/index.js';

/** Child process: takes the lease a number of times, and counts each turn in a row that only the lease protects. */
const [path, owner, turns] = process.argv.slice(2) as [string, string, string];
const store = await SqliteStateStore.open({ path });
const tokens: string[] = [];
while (tokens.length < Number(turns)) {
  const lease = await store.leases.acquire({ resource: 'counter', owner, ttlMs: 60_000 });
  if (lease === null) {
    await delay(1);
    continue;
  }
  const counted = (await store.checkpoints.get('counter', 'curated'))?.sequenceNumber ?? 0n;
  await delay(1);
  await store.checkpoints.put({
    topic: 'counter',
    layer: 'curated',
    sourceTable: 'none',
    snapshotId: lease.token,
    sequenceNumber: counted + 1n,
    committedAt: 0,
  });
  tokens.push(String(lease.token));
  await store.leases.release(lease);
}
await store.close();
process.send?.(tokens);
