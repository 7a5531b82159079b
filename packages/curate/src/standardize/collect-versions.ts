import { VersionTable, type VersionTableOptions } from '../dedup/version-table.js';
import type { DriftLog } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import { type Utf8Column, utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import { type OrderReader, orderReaders } from '../order/order-reader.js';
import type { OrderValue } from '../order/order-value.js';
import { takeTexts } from '../tables/arrow.js';
import { bytesAt, type RawBatch } from './raw-batch.js';
import { seenHash } from './seen.js';

export interface CollectedVersions {
  readonly versions: VersionTable;
  /** Rows read. */
  readonly rows: number;
  /** `_seen` hashes of the versions that their journey ordered. */
  readonly seenHashes: ReadonlyMap<number, bigint>;
  /** Versions whose payload is no JSON object. */
  readonly malformed: readonly number[];
}

export interface CollectOptions extends VersionTableOptions {
  readonly batches: AsyncIterable<RawBatch>;
  readonly flattener: Flattener;
  readonly drift: DriftLog;
  readonly signal?: AbortSignal | undefined;
}

/**
 * First pass over a run's rows: copies drop out before they are looked into; every other payload is validated in full,
 * also those that will lose, and gives its key and order values. Nothing else of a payload is kept.
 */
export async function collectVersions(options: CollectOptions): Promise<CollectedVersions> {
  const { batches, flattener, drift, key, order, payloadHash, signal } = options;
  const versions = new VersionTable({ key, order, payloadHash });
  const readers = orderReaders(order);
  const paths = [...(key.kind === 'path' ? [key.path] : []), ...order.paths];
  const seenHashes = new Map<number, bigint>();
  const malformed: number[] = [];
  let rows = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const { fresh, numbers } = freshRows(versions, batch, rows);
    rows += batch.rowCount;
    if (fresh.length === 0) continue;
    const payloads = selected(batch, fresh);
    const { failures, columns: values } = flattener.extract(payloads, paths);
    let failure = 0;
    for (let index = 0; index < fresh.length; index++) {
      const version = numbers[index]!;
      if (failures[failure]?.row === index) {
        const { reason, offset } = failures[failure++]!;
        versions.fail(version, { reason, offset });
        malformed.push(version);
        continue;
      }
      const pathKey = key.kind === 'path' ? bytesAt(values[0]!, index) : null;
      versions.parsed(
        version,
        pathKey,
        orderValues(values, index, { order, readers, drift, row: fresh[index]! }),
      );
      if (versions.isJourneyOrdered(version)) {
        seenHashes.set(
          version,
          seenHash(versions.messageId(version), bytesAt(payloads, index)!, payloadHash),
        );
      }
    }
  }
  return { versions, rows, seenHashes, malformed };
}

/** Rows of a batch that bring a version not met before, with its number. */
function freshRows(
  versions: VersionTable,
  batch: RawBatch,
  base: number,
): { fresh: Int32Array; numbers: Int32Array } {
  const fresh = new Int32Array(batch.rowCount);
  const numbers = new Int32Array(batch.rowCount);
  let count = 0;
  for (let row = 0; row < batch.rowCount; row++) {
    const version = versions.add(batch, row, base + row);
    if (version === -1) continue;
    numbers[count] = version;
    fresh[count++] = row;
  }
  return { fresh: fresh.subarray(0, count), numbers: numbers.subarray(0, count) };
}

function selected(batch: RawBatch, rows: Int32Array): Utf8Column {
  const payloads = batch.text.json_payload;
  return rows.length === batch.rowCount ? payloads : utf8Column(takeTexts(payloads, rows));
}

interface OrderContext {
  readonly order: OrderPlan;
  readonly readers: readonly OrderReader[];
  readonly drift: DriftLog;
  readonly row: number;
}

/** Order values of one payload; the paths' columns stand last. */
function orderValues(
  columns: readonly Utf8Column[],
  index: number,
  { order, readers, drift, row }: OrderContext,
): OrderValue[] {
  const first = columns.length - order.paths.length;
  return order.paths.map((path, position) => {
    const bytes = bytesAt(columns[first + position]!, index);
    if (bytes === null) return null;
    const value = readers[position]!(bytes);
    if (value === undefined) drift.add({ kind: 'INVALID_ORDER_VALUE', path, row });
    return value ?? null;
  });
}
