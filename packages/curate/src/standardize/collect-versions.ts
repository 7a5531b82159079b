import { VersionTable, type VersionTableOptions } from '../dedup/version-table.js';
import type { DriftLog } from '../drift/drift.js';
import type { OrderValue } from '../order/order-value.js';
import { ORDER_STATE, type ScanResult } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import { joinedBatches } from './joined-batches.js';
import { bytesAt, type RawBatch } from './raw-batch.js';

/** A batch that was looked into. */
export interface ScannedBatch {
  readonly id: number;
  /** Place of its first row among all rows of the run. */
  readonly base: number;
  readonly rowCount: number;
  /** Rows that were looked into, rising. */
  readonly rows: Int32Array;
  /** Whether the pool has their values. */
  kept: boolean;
}

/** A row of RAW whose payload is no JSON object. */
interface MalformedRow {
  readonly batch: RawBatch;
  readonly row: number;
  readonly version: number;
}

export interface CollectedVersions {
  readonly versions: VersionTable;
  /** Rows read. */
  readonly rows: number;
  /** Versions whose payload is no JSON object. */
  readonly malformed: readonly number[];
  /** The rows that stand for them, by their place among all rows. */
  readonly malformedRows: ReadonlyMap<number, MalformedRow>;
  readonly batches: readonly ScannedBatch[];
}

export interface CollectOptions extends VersionTableOptions {
  readonly batches: AsyncIterable<RawBatch>;
  readonly pool: BatchPool;
  /** Bytes of rows whose values are kept, so that they need not be read again. */
  readonly cacheBytes: number;
  readonly drift: DriftLog;
  readonly signal?: AbortSignal | undefined;
}

/**
 * First pass over a run's rows: copies drop out before they are looked into; every other payload is validated in full,
 * also those that will lose, and gives its key and order values.
 */
export async function collectVersions(options: CollectOptions): Promise<CollectedVersions> {
  const { batches, pool, key, order, payloadHash, bucketHash, cacheBytes, signal } = options;
  const versions = new VersionTable({
    key,
    order,
    payloadHash,
    ...(bucketHash === undefined ? {} : { bucketHash }),
  });
  const collector = new Collector(versions, options);
  const waiting: Promise<void>[] = [];
  let rows = 0;
  let bytes = 0;
  let done: Promise<void> = Promise.resolve();
  try {
    for await (const batch of joinedBatches(batches)) {
      signal?.throwIfAborted();
      const base = rows;
      rows += batch.rowCount;
      const fresh = freshRows(versions, batch, base);
      if (fresh.rows.length === 0) continue;
      bytes += batch.byteLength;
      const scanned: ScannedBatch = {
        id: collector.batches.length,
        base,
        rowCount: batch.rowCount,
        rows: fresh.rows,
        kept: false,
      };
      collector.batches.push(scanned);
      const { payloadHashes } = fresh;
      // A copy: the pool's memory may move to another thread.
      const result = pool.scan({
        id: scanned.id,
        batch,
        rows: fresh.rows.slice(),
        payloadHashes,
        keep: bytes <= cacheBytes,
      });
      // Where another batch fails first, nobody waits for this one.
      result.catch(() => undefined);
      done = done.then(async () => collector.take(scanned, fresh.numbers, await result));
      done.catch(() => undefined);
      waiting.push(done);
      if (waiting.length > pool.width) await waiting.shift();
    }
  } finally {
    await Promise.allSettled(waiting);
  }
  await done;
  return {
    versions,
    rows,
    malformed: collector.malformed,
    malformedRows: collector.malformedRows,
    batches: collector.batches,
  };
}

interface FreshRows {
  /** Rows that bring a version not met before, or stand for one in place of a copy that came later. */
  readonly rows: Int32Array;
  /** Version of each, `~version` where it was met before. */
  readonly numbers: Int32Array;
  /** Of all rows of the batch. */
  readonly payloadHashes: BigInt64Array;
}

function freshRows(versions: VersionTable, batch: RawBatch, base: number): FreshRows {
  const rows = new Int32Array(batch.rowCount);
  const numbers = new Int32Array(batch.rowCount);
  const payloadHashes = new BigInt64Array(batch.rowCount);
  let count = 0;
  for (let row = 0; row < batch.rowCount; row++) {
    const version = versions.add(batch, row, base + row);
    payloadHashes[row] = versions.lastPayloadHash;
    if (version === -1 && versions.replaced === -1) continue;
    numbers[count] = version === -1 ? ~versions.replaced : version;
    rows[count++] = row;
  }
  return { rows: rows.subarray(0, count), numbers: numbers.subarray(0, count), payloadHashes };
}

/** Takes answers, in the order of the batches, into the table of versions. */
class Collector {
  readonly batches: ScannedBatch[] = [];
  readonly malformed: number[] = [];
  readonly malformedRows = new Map<number, MalformedRow>();
  readonly #versions: VersionTable;
  readonly #options: CollectOptions;
  readonly #values: OrderValue[] = [];

  constructor(versions: VersionTable, options: CollectOptions) {
    this.#versions = versions;
    this.#options = options;
  }

  take(scanned: ScannedBatch, numbers: Int32Array, result: ScanResult): void {
    scanned.kept = result.kept;
    const versions = this.#versions;
    const { failures, key, seenHashes } = result;
    const isPathKey = this.#options.key.kind === 'path';
    let failure = 0;
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index]!;
      const version = number < 0 ? ~number : number;
      const row = scanned.rows[index]!;
      if (failures[failure]?.row === row) {
        const { reason, offset } = failures[failure]!;
        const place = scanned.base + row;
        this.malformedRows.set(place, { batch: result.failed!, row: failure++, version });
        if (number < 0) continue;
        versions.fail(version, { reason, offset });
        this.malformed.push(version);
      } else if (number >= 0) {
        const values = this.#orderValues(result, row);
        versions.parsed(version, isPathKey ? bytesAt(key!, row) : null, values);
        if (seenHashes !== null && versions.isJourneyOrdered(version))
          versions.noteSeenHash(version, seenHashes[row]!);
      }
    }
  }

  /** The array is used anew for every row. */
  #orderValues({ order }: ScanResult, row: number): OrderValue[] {
    for (let path = 0; path < order.length; path++) {
      const { states, micros, others } = order[path]!;
      const state = states[row];
      this.#values[path] = state === ORDER_STATE.micros ? micros[row]! : (others.get(row) ?? null);
      if (state !== ORDER_STATE.invalid) continue;
      const { drift, order: plan } = this.#options;
      drift.add({ kind: 'INVALID_ORDER_VALUE', path: plan.paths[path]!, row });
    }
    return this.#values;
  }
}
