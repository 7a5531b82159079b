import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { utf8Column } from '../flatten/utf8-column.js';
import { loadPayloadHash, type PayloadHash } from '../payload-hash.js';
import { longs, vectorOf } from '../standardize/raw-batch.js';

const PLACE = ['sqs_message_id', 'ingestion_ts'] as const;
const SAMPLES = 10;

/** Which rows of Standardized RAW still has: a row names its first copy by SQS message id and ingestion time. */
export interface RawReach {
  has(batch: RecordBatch, row: number): boolean;
}

/** What RAW does not have any more of what Standardized and the parse errors hold. */
export interface RawGap {
  readonly rows: number;
  readonly oldest: bigint;
  readonly newest: bigint;
  /** Merge keys. */
  readonly samples: readonly string[];
}

/**
 * Whether RAW shows that nothing was ever taken from it: its history goes back to its first snapshot, and none of its
 * snapshots removed rows.
 */
export function isWhole(raw: Table, snapshotId: bigint): boolean {
  const history = raw.ancestors(snapshotId);
  return history.at(-1)?.parentSnapshotId === null && lastRemoval(raw, snapshotId) === null;
}

/** The newest retained snapshot up to one that may have removed rows; null for none. */
export function lastRemoval(raw: Table, snapshotId: bigint): Snapshot | null {
  const history = raw.ancestors(snapshotId);
  return history.find(({ operation }) => operation === 'delete' || operation === 'overwrite') ?? null;
}

/** Reads two narrow columns of RAW; eight bytes of memory per row. */
export async function readReach(
  raw: Table,
  snapshotId: bigint,
  signal: AbortSignal | undefined,
): Promise<RawReach> {
  const hash = await loadPayloadHash();
  const parts: BigUint64Array[] = [];
  for await (const batch of raw.scan({ columns: [...PLACE], snapshotId, signal })) {
    const hashOf = placeHash(batch, hash);
    parts.push(BigUint64Array.from({ length: batch.numRows }, (_, row) => BigInt.asUintN(64, hashOf(row))));
  }
  const all = new BigUint64Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  all.sort();
  const hashes = new WeakMap<RecordBatch, (row: number) => bigint>();
  return {
    has(batch, row) {
      let hashOf = hashes.get(batch);
      if (hashOf === undefined) {
        hashOf = placeHash(batch, hash);
        hashes.set(batch, hashOf);
      }
      return includes(all, BigInt.asUintN(64, hashOf(row)));
    },
  };
}

/** Null where RAW has every row that the tables were made of. */
export async function rawGap(
  tables: readonly Table[],
  reach: RawReach,
  signal: AbortSignal | undefined,
): Promise<RawGap | null> {
  let rows = 0;
  let [oldest, newest] = [0n, 0n];
  const samples: string[] = [];
  for await (const batch of namedRows(tables, signal)) {
    const times = longs(batch, 'ingestion_ts');
    const keys = batch.getChild('_merge_key')!;
    for (let row = 0; row < batch.numRows; row++) {
      if (reach.has(batch, row)) continue;
      const time = times[row]!;
      if (rows === 0 || time < oldest) oldest = time;
      if (rows === 0 || time > newest) newest = time;
      rows++;
      if (samples.length < SAMPLES) samples.push(String(keys.get(row)));
    }
  }
  return rows === 0 ? null : { rows, oldest, newest, samples };
}

async function* namedRows(
  tables: readonly Table[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordBatch> {
  for (const table of tables) yield* table.scan({ columns: [...PLACE, '_merge_key'], signal });
}

function placeHash(batch: RecordBatch, hash: PayloadHash): (row: number) => bigint {
  const ids = utf8Column(vectorOf(batch, 'sqs_message_id'));
  const times = longs(batch, 'ingestion_ts');
  return (row) => {
    const [start, end] = [ids.offsets[row]!, ids.offsets[row + 1]!];
    const bytes = new Uint8Array(end - start + 8);
    bytes.set(ids.data.subarray(start, end));
    new DataView(bytes.buffer).setBigInt64(end - start, times[row]!);
    return hash(bytes);
  };
}

function includes(sorted: BigUint64Array, wanted: bigint): boolean {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
