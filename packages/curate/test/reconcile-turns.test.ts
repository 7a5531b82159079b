import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReconcileTurnOptions, type Reconciliation, reconcileTurn } from '@lean-ops/curate';
import { FolderCatalog, FolderStorage, MemoryCatalog, MemoryStorage, type Storage } from '@lean-ops/iceberg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONTRACT, envelope, TOPIC, World } from './support/world.js';

const KEYS = 600;
const ROUNDS = 4;

/** Several files of RAW, corrections, copies, errors and what does not parse. */
async function fill(world: World): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const events = Array.from({ length: KEYS / 2 }, (_, index) => {
      const key = (index * 7 + round * 150) % KEYS;
      const amount = key % 9 === 0 ? 'none' : key + round / 10;
      return envelope({
        idempotency_key: `key-${key}`,
        message_id: `m-${key}-${round}`,
        sent: 1000 + round,
        ...(index % 50 === 3 ? { json: '{' } : { payload: { amount } }),
      });
    });
    await world.receive([...events, { ...events[0]!, sqs_message_id: `again-${round}` }]);
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
  }
}

/** Counts what is read of data files. */
class ReadingStorage implements Storage {
  /** How often each range of a data file was asked for. */
  readonly ranges = new Map<string, number>();
  readonly #inner: Storage;

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  async read(...given: Parameters<Storage['read']>): Promise<Uint8Array> {
    const [path, options] = given;
    if (path.endsWith('.parquet')) {
      const range = `${path}@${options?.range?.start ?? 0}-${options?.range?.end ?? ''}`;
      this.ranges.set(range, (this.ranges.get(range) ?? 0) + 1);
    }
    return await this.#inner.read(...given);
  }

  stat(...given: Parameters<Storage['stat']>): ReturnType<Storage['stat']> {
    return this.#inner.stat(...given);
  }
  write(...given: Parameters<Storage['write']>): ReturnType<Storage['write']> {
    return this.#inner.write(...given);
  }
  writeIfAbsent(...given: Parameters<Storage['writeIfAbsent']>): ReturnType<Storage['writeIfAbsent']> {
    return this.#inner.writeIfAbsent(...given);
  }
  list(...given: Parameters<Storage['list']>): ReturnType<Storage['list']> {
    return this.#inner.list(...given);
  }
  delete(...given: Parameters<Storage['delete']>): ReturnType<Storage['delete']> {
    return this.#inner.delete(...given);
  }
}

async function filesIn(storage: Storage, location: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of storage.list(location)) paths.push(path);
  return paths;
}

const none = async function* (): AsyncGenerator<string> {};

function turnOptions(world: World, scratch: ReconcileTurnOptions['scratch']): ReconcileTurnOptions {
  return {
    catalog: world.catalog,
    topic: TOPIC,
    contract: CONTRACT,
    clock: world.clock,
    evidence: {
      messages: null,
      quarantined: none(),
      deadLettered: none(),
      deliveryFailures: none(),
      inFlight: 0,
    },
    scratch,
  };
}

/** No time at all: a turn does one step. */
const hasty = { remainingMs: () => 0 };

async function inTurns(
  options: ReconcileTurnOptions,
  between: (turn: number) => Promise<void> = async () => {},
): Promise<{ result: Reconciliation; turns: number }> {
  let turn = await reconcileTurn({ ...options, handOver: hasty });
  let turns = 1;
  while (turn.status === 'continue') {
    await between(turns);
    turn = await reconcileTurn({ ...options, handOver: hasty, cursor: turn.cursor });
    turns++;
  }
  return { result: turn.result, turns };
}

describe('reconciliation of a table of any size', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lean-ops-reconcile-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  test.each([100_000, 40])(
    'asks for no part of a file twice, with shares of %i rows',
    async (rowsPerPass) => {
      const storage = new ReadingStorage(new FolderStorage());
      const world = new World(new FolderCatalog({ warehouse: folder, storage }));
      await fill(world);
      storage.ranges.clear();
      expect(await world.reconcile({ contract: CONTRACT, rowsPerPass })).toMatchObject({ balanced: true });
      const raw = [...storage.ranges].filter(([range]) => range.includes('events_staging'));
      expect(raw).toHaveLength(ROUNDS);
      expect(Math.max(...raw.map(([, count]) => count))).toBe(1);
      // Tables with deletes are counted besides.
      expect(Math.max(...storage.ranges.values())).toBeLessThanOrEqual(3);
    },
  );

  test('takes as many turns as it needs, with the same result, and leaves nothing behind', async () => {
    const world = new World(new MemoryCatalog());
    await fill(world);
    const once = await world.reconcile({ contract: CONTRACT });
    expect(once).toMatchObject({ balanced: true, raw: ROUNDS * (KEYS / 2 + 1) });
    const scratch = { storage: new MemoryStorage(), location: 'memory://scratch' };
    const options = { ...turnOptions(world, scratch), rowsPerPass: 100 };
    let kept = 0;
    const { result, turns } = await inTurns(options, async () => {
      kept = Math.max(kept, (await filesIn(scratch.storage, scratch.location)).length);
    });
    expect(result).toEqual(once);
    expect(turns).toBeGreaterThan(13);
    expect(kept).toBeGreaterThan(5);
    expect(await filesIn(scratch.storage, scratch.location)).toEqual([]);
  });

  test('looks at the same snapshots in all turns, whatever rounds do meanwhile', async () => {
    const world = new World(new MemoryCatalog());
    await fill(world);
    const once = await world.reconcile({ contract: CONTRACT });
    const scratch = { storage: new MemoryStorage(), location: 'memory://scratch' };
    const { result } = await inTurns({ ...turnOptions(world, scratch), rowsPerPass: 100 }, async (turn) => {
      if (turn % 4 === 1) await world.receive([envelope({ payload: { amount: turn } })]);
      if (turn % 4 === 2) await world.standardize({ contract: CONTRACT });
      if (turn % 4 === 3) await world.curate({ contract: CONTRACT });
    });
    expect(result.pending.raw).toBeGreaterThan(0);
    expect({ ...result, pending: null, checkedAt: 0 }).toEqual({ ...once, pending: null, checkedAt: 0 });
  });

  test('begins again where what it looked at is gone', async () => {
    const world = new World(new MemoryCatalog());
    await fill(world);
    const scratch = { storage: new MemoryStorage(), location: 'memory://scratch' };
    const options = { ...turnOptions(world, scratch), rowsPerPass: 100 };
    const first = await reconcileTurn({ ...options, handOver: hasty });
    await world.receive([envelope({ payload: { amount: 1 } })]);
    await world.standardize({ contract: CONTRACT });
    await world.curate({ contract: CONTRACT });
    const raw = await world.raw();
    await raw.expireSnapshots({ olderThan: Date.now() + 1, retainLast: 1 });
    const { result } = await reconcileTurn({ ...options, cursor: first.cursor });
    expect(result).toMatchObject({ balanced: true, raw: ROUNDS * (KEYS / 2 + 1) + 1 });
    expect(await filesIn(scratch.storage, scratch.location)).toEqual([]);
    const lost = await reconcileTurn({ ...options, cursor: `${'0'.repeat(36)}/1` });
    expect(lost.result).toEqual(result);
  });

  test('names the same keys after turns as at once', async () => {
    const world = new World(new MemoryCatalog());
    await fill(world);
    const table = await world.catalog.loadTable({ namespace: 'standardized', name: 'events' });
    const [task] = await table.scan().planFiles();
    const file = task!.dataFile.file.filePath;
    const transaction = table.transaction();
    await transaction.deletePositions([{ file, positions: [0n, 1n, 2n] }]);
    await transaction.commit();
    const once = await world.reconcile({ contract: CONTRACT });
    expect(once.balanced).toBe(false);
    const scratch = { storage: new MemoryStorage(), location: 'memory://scratch' };
    const { result } = await inTurns({ ...turnOptions(world, scratch), rowsPerPass: 100 });
    const sorted = ({ differences, ...rest }: Reconciliation): unknown => ({
      ...rest,
      differences: differences.map((difference) => ({
        ...difference,
        samples: [...difference.samples].sort(),
      })),
    });
    expect(sorted(result)).toEqual(sorted(once));
  });
});
