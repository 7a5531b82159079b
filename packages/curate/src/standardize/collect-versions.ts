import type { TopicContract } from '@lean-ops/core';
import { isFromProducer, ownColumn, ownLongs } from '../dedup/held-rows.js';
import { type FreshRows, VersionTable, type VersionTableOptions } from '../dedup/version-table.js';
import type { DriftLog } from '../drift/drift.js';
import type { OrderPlan } from '../order/order-plan.js';
import { takeTextColumn } from '../tables/arrow.js';
import { type JourneyRows, ORDER_STATE, type ScanResult } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import { joinedBatches } from './joined-batches.js';
import { KeptEnvelope } from './kept-envelope.js';
import { MalformedRows } from './malformed-rows.js';
import { freePayloads, type RawBatch, takeRaw } from './raw-batch.js';

/** A batch that was looked into. */
export interface ScannedBatch {
  readonly id: number;
  /** Place of its first row among all rows of the run. */
  readonly base: number;
  readonly rowCount: number;
  /** Rows that were looked into, rising. */
  readonly rows: Int32Array;
  /** What is written besides the payloads, whose values the pool has; null where neither is kept. */
  kept: KeptEnvelope | null;
}

export interface CollectedVersions {
  readonly versions: VersionTable;
  /** Rows read. */
  readonly rows: number;
  readonly malformed: MalformedRows;
  readonly batches: readonly ScannedBatch[];
}

export interface CollectOptions extends VersionTableOptions {
  readonly batches: AsyncIterable<RawBatch>;
  readonly pool: BatchPool;
  /** Bytes of values that are kept, so that their rows need not be read again. */
  readonly cacheBytes: number;
  readonly contract: TopicContract | null;
  readonly drift: DriftLog;
  readonly signal?: AbortSignal | undefined;
}

/**
 * First pass over a run's rows: copies drop out before they are looked into; every other payload is validated in full,
 * also those that will lose, and gives its key and order values.
 */
export async function collectVersions(options: CollectOptions): Promise<CollectedVersions> {
  const { batches, pool, key, order, payloadHash, bucketHash, expected, signal } = options;
  const versions = new VersionTable({
    key,
    order,
    payloadHash,
    ...(bucketHash === undefined ? {} : { bucketHash }),
    ...(expected === undefined ? {} : { expected }),
  });
  const collector = new Collector(versions, options);
  const waiting: Promise<void>[] = [];
  let rows = 0;
  let done: Promise<void> = Promise.resolve();
  try {
    for await (const read of joinedBatches(batches)) {
      const batch = ownEnvelope(read);
      signal?.throwIfAborted();
      const base = rows;
      rows += batch.rowCount;
      const fresh = versions.addBatch(batch, base);
      if (fresh.rows.length === 0) {
        freePayloads(batch);
        continue;
      }
      const scanned: ScannedBatch = {
        id: collector.batches.length,
        base,
        rowCount: batch.rowCount,
        rows: fresh.rows,
        kept: null,
      };
      collector.batches.push(scanned);
      const reserved = collector.reserve(batch);
      // A copy: the pool's memory may move to another thread.
      const result = pool.scan({
        id: scanned.id,
        payloads: batch.text.json_payload,
        ownsPayloads: batch.ownsPayloads,
        byteLength: batch.byteLength,
        rows: fresh.rows.slice(),
        journey: journeyRows(batch, fresh.rows, order),
        keep: reserved > 0,
      });
      // Where another batch fails first, nobody waits for this one.
      result.catch(() => undefined);
      done = done.then(async () => {
        collector.take({ scanned, batch, reserved, fresh }, await result);
        freePayloads(batch);
      });
      done.catch(() => undefined);
      waiting.push(done);
      if (waiting.length > pool.width) await waiting.shift();
    }
  } finally {
    await Promise.allSettled(waiting);
  }
  await done;
  return { versions, rows, malformed: collector.malformed, batches: collector.batches };
}

/** A batch that was asked about. */
interface AskedBatch {
  readonly scanned: ScannedBatch;
  readonly batch: RawBatch;
  /** What was reserved for it. */
  readonly reserved: number;
  readonly fresh: FreshRows;
}

/** Takes answers, in the order of the batches, into the table of versions. */
class Collector {
  readonly batches: ScannedBatch[] = [];
  readonly malformed = new MalformedRows();
  readonly #versions: VersionTable;
  readonly #options: CollectOptions;
  /** Bytes that are kept, and that batches may take which are not answered yet. */
  #bytes = 0;

  constructor(versions: VersionTable, options: CollectOptions) {
    this.#versions = versions;
    this.#options = options;
  }

  /** Reserves room for the values of a batch, which take no more than its rows do; gives 0 where there is none. */
  reserve({ byteLength }: RawBatch): number {
    if (this.#bytes + byteLength > this.#options.cacheBytes) return 0;
    this.#bytes += byteLength;
    return byteLength;
  }

  take({ scanned, batch: raw, reserved, fresh }: AskedBatch, result: ScanResult): void {
    const { batch, numbers, payloadHashes } = fresh;
    const { contract, order } = this.#options;
    const { key, seenHashes } = result;
    if (result.kept)
      scanned.kept = new KeptEnvelope(raw, { payloadHashes, contract, order, key, seenHashes });
    this.#bytes += (scanned.kept?.byteLength ?? 0) + result.keptBytes - reserved;
    const versions = this.#versions;
    versions.answered(batch, result);
    const mayBeInvalid = result.order.some(({ states }) => states.includes(ORDER_STATE.invalid));
    const { failures, failed } = result;
    const found: { place: number; version: number }[] = [];
    const parsed = new Int32Array(numbers.length);
    let count = 0;
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index]!;
      const version = number < 0 ? ~number : number;
      const row = scanned.rows[index]!;
      const failure = failures[found.length];
      if (failure?.row === row) {
        found.push({ place: scanned.base + row, version });
        if (number < 0) continue;
        versions.fail(version, { reason: failure.reason, offset: failure.offset });
        this.malformed.versions++;
      } else if (number >= 0) {
        parsed[count++] = version;
        if (mayBeInvalid) this.#noteInvalid(result, row);
      }
    }
    versions.parsed(batch, parsed.subarray(0, count));
    if (failed === null) return;
    const failedRows = Int32Array.from(failures, ({ row }) => row);
    this.malformed.add(takeRaw(raw, failedRows, failed), found);
  }

  #noteInvalid({ order }: ScanResult, row: number): void {
    const { drift, order: plan } = this.#options;
    for (const [path, { states }] of order.entries()) {
      if (states[row] === ORDER_STATE.invalid)
        drift.add({ kind: 'INVALID_ORDER_VALUE', path: plan.paths[path]!, row });
    }
  }
}

/** The batch with envelope columns that hold no memory but their own: they outlive the payloads. */
function ownEnvelope(batch: RawBatch): RawBatch {
  const { json_payload, envelope_json, ...others } = batch.text;
  const text = Object.fromEntries(
    Object.entries(others).map(([name, column]) => [name, ownColumn(column)]),
  ) as typeof others;
  return {
    ...batch,
    text: { json_payload, envelope_json, ...text },
    publishTime: ownLongs(batch.publishTime),
    ingestion: ownLongs(batch.ingestion),
  };
}

/** Rows that are ordered by what their journey gave them. */
function journeyRows(
  { text }: RawBatch,
  rows: Int32Array,
  { byJourney, byPublishTime }: OrderPlan,
): JourneyRows | null {
  if (!byJourney && !byPublishTime) return null;
  const { publish_time_source: source, message_id: ids } = text;
  const found = byJourney ? rows.slice() : rows.filter((row) => !isFromProducer(source, row));
  return found.length === 0 ? null : { rows: found, messageIds: takeTextColumn(ids, found) };
}
