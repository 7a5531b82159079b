import { FolderStorage, IcebergError } from '@lean-ops/iceberg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dump, dumpTables } from './support/dump-tables.js';
import { withPlatform } from './support/open-platform.js';
import { messagesOf, ROUND_MS, registerTopics, TOPICS } from './support/scenario.js';
import { TemporaryWarehouse } from './support/temporary-folder.js';

/** A disk that takes a number of files and then no more. */
class FullStorage extends FolderStorage {
  left: number;

  constructor(left: number) {
    super();
    this.left = left;
  }

  override async write(path: string, bytes: Uint8Array): Promise<void> {
    this.#take(path);
    await super.write(path, bytes);
  }

  override async writeIfAbsent(path: string, bytes: Uint8Array): Promise<boolean> {
    this.#take(path);
    return await super.writeIfAbsent(path, bytes);
  }

  #take(path: string): void {
    if (this.left-- > 0) return;
    throw new IcebergError(`no space left on device: ${path}`, {
      code: 'STORAGE_FAILED',
      context: { path, outcome: 'not-written' },
    });
  }
}

const warehouse = new TemporaryWarehouse();
let undisturbed: Dump;
let before: Dump;
let writes: number;

const finish = (): Promise<Dump> =>
  withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
    await platform.pump();
    const { topics } = await platform.orchestrate();
    expect(topics.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    for (const { topic, differences } of await platform.reconcile()) expect(differences, topic).toEqual([]);
    return await dumpTables(platform, TOPICS);
  });

beforeAll(async () => {
  await withPlatform(warehouse.path, ROUND_MS[0], async (platform) => {
    await registerTopics(platform);
    await platform.send(messagesOf(0));
    await platform.pump();
    await platform.orchestrate();
  });
  before = await withPlatform(warehouse.path, ROUND_MS[1], async (platform) => {
    await platform.send(messagesOf(1));
    return await dumpTables(platform, TOPICS);
  });
  warehouse.save();
  const storage = new FullStorage(1e9);
  await withPlatform(
    warehouse.path,
    ROUND_MS[1],
    async (platform) => {
      await platform.pump();
      await platform.orchestrate();
    },
    { storage },
  );
  writes = 1e9 - storage.left;
  undisturbed = await finish();
});

afterAll(() => warehouse.remove());

it('a disk that fills up at any write leaves readable tables, and the work is finished once there is space', async () => {
  expect(writes).toBeGreaterThan(20);
  const step = process.env['LEAN_OPS_TEST'] === 'full' ? 1 : 7;
  for (let allowed = 0; allowed < writes; allowed += step) {
    warehouse.restore();
    await withPlatform(
      warehouse.path,
      ROUND_MS[1],
      async (platform) => {
        await platform.pump().catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'DELIVERY_FAILED' });
        });
        await platform.orchestrate();
      },
      { storage: new FullStorage(allowed) },
    );
    const between = await withPlatform(warehouse.path, ROUND_MS[1], (platform) =>
      dumpTables(platform, TOPICS),
    );
    for (const topic of TOPICS) {
      // Each table is as it was, or as it must become: never in between.
      expect([before.standardized[topic], undisturbed.standardized[topic]]).toContainEqual(
        between.standardized[topic],
      );
      expect([before.curated[topic], undisturbed.curated[topic]]).toContainEqual(between.curated[topic]);
    }
    expect(await finish(), `after ${allowed} writes`).toEqual(undisturbed);
  }
}, 1_200_000);
