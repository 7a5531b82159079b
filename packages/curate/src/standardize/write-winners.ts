import type { EncodedRows, RowLayout, Transaction } from '@lean-ops/iceberg';
import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import type { EncodeResult } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import type { CollectedVersions, ScannedBatch } from './collect-versions.js';
import { joinColumns } from './join-columns.js';
import type { Winners } from './plan-merge.js';
import type { RawBatch } from './raw-batch.js';
import type { RunMarks } from './standardized-rows.js';
import { WinnersReadAgain } from './winners-read-again.js';

/** Bytes of encoded rows that wait before data files are written: one file per partition and flush. */
const FLUSH_ENCODED_BYTES = 32 << 20;

export interface WriteWinnersOptions {
  /** The rows once more, for those whose values were not kept. */
  batches(): AsyncIterable<RawBatch>;
  readonly collected: CollectedVersions;
  readonly winners: Winners;
  readonly pool: BatchPool;
  readonly flattener: Flattener;
  readonly payloadHash: (bytes: Uint8Array) => bigint;
  readonly transaction: Transaction;
  readonly marks: RunMarks;
  onDrift(entry: DriftEntry): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the rows of the winners. Those whose values were kept are encoded from them; for the others RAW is read a second
 * time, and only the winners are flattened. New columns join the table in the same transaction, in the order of the rows:
 * what is kept changes neither their order nor their names.
 */
export async function writeWinners(options: WriteWinnersOptions): Promise<void> {
  const { collected, winners, pool, transaction, signal } = options;
  const { versions, rows: rowCount } = collected;
  /** Version of each row that is to be written, -1 for the others. */
  const versionAt = new Int32Array(rowCount).fill(NONE);
  for (const version of winners.versions) versionAt[versions.ordinal(version)] = version;
  const layout = transaction.rowLayout();
  const output = new EncodedOutput(options);
  const again = new WinnersReadAgain(versionAt, options);
  const marked = markedVersions(options);
  const waiting: { scanned: ScannedBatch; rows: Int32Array; result: Promise<EncodeResult> | null }[] = [];
  const finishOne = async (): Promise<void> => {
    const { scanned, rows, result } = waiting.shift()!;
    if (result === null || !(await output.add(await result))) await again.write(scanned, rows);
  };
  try {
    for (const scanned of collected.batches) {
      signal?.throwIfAborted();
      const rows = winnersOf(scanned, versionAt);
      if (rows.length === 0) continue;
      const result =
        scanned.kept && layout !== null
          ? pool.encode(encodeRequest(scanned, rows, { versionAt, marked, layout, options }))
          : null;
      result?.catch(() => undefined);
      waiting.push({ scanned, rows, result });
      if (waiting.length > pool.width) await finishOne();
    }
    while (waiting.length > 0) await finishOne();
    await output.flush();
    await again.flush();
  } finally {
    await Promise.allSettled(waiting.map(({ result }) => result));
    await again.close();
  }
}

const NONE = -1;

/** Winners among the rows that were looked into. */
function winnersOf({ base, rows }: ScannedBatch, versionAt: Int32Array): Int32Array {
  const chosen = new Int32Array(rows.length);
  let count = 0;
  for (const row of rows) if (versionAt[base + row] !== NONE) chosen[count++] = row;
  return chosen.subarray(0, count);
}

function encodeRequest(
  scanned: ScannedBatch,
  rows: Int32Array,
  {
    versionAt,
    marked,
    layout,
    options,
  }: { versionAt: Int32Array; marked: Uint8Array; layout: RowLayout; options: WriteWinnersOptions },
): Parameters<BatchPool['encode']>[0] {
  const { winners, marks } = options;
  const firstSeen = new Map<number, bigint>();
  const seen = new Map<number, readonly bigint[] | null>();
  for (const row of rows) {
    const version = versionAt[scanned.base + row]!;
    if (marked[version] === 0) continue;
    const first = winners.firstSeen.get(version);
    if (first !== undefined) firstSeen.set(row, first);
    const hashes = winners.seen.get(version);
    if (hashes !== undefined) seen.set(row, hashes);
  }
  return { id: scanned.id, rows: rows.slice(), firstSeen, seen, marks, layout };
}

/** 1 for each of the few versions of which something is not what they say themselves. */
function markedVersions({ winners, collected }: WriteWinnersOptions): Uint8Array {
  const marked = new Uint8Array(collected.versions.length);
  for (const version of winners.firstSeen.keys()) marked[version] = 1;
  for (const version of winners.seen.keys()) marked[version] = 1;
  return marked;
}

/** Gives encoded rows the names of their columns, and appends them as files fill. */
class EncodedOutput {
  readonly #options: WriteWinnersOptions;
  #parts: EncodedRows[] = [];
  #bytes = 0;

  constructor(options: WriteWinnersOptions) {
    this.#options = options;
  }

  /** False, and nothing is taken, where the table has no room for the columns of the rows. */
  async add({ parts, paths, drift }: EncodeResult): Promise<boolean> {
    const { flattener, onDrift } = this.#options;
    const adopted = flattener.adopt(paths);
    if (adopted === null) return false;
    for (const entry of adopted.drift) onDrift(entry);
    for (const { keys, kind, count, firstRow } of drift) {
      const { name, path } = flattener.place(keys);
      onDrift({ kind, column: name, path, count, sample: null, firstRow });
    }
    const names = new Map(paths.map(({ name }, index) => [name, adopted.names[index]!]));
    for (const part of parts) {
      const columns = part.columns.map((column) => ({
        ...column,
        name: names.get(column.name) ?? column.name,
      }));
      this.#parts.push({ ...part, columns });
      this.#bytes += columns.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
    joinColumns(this.#options, { overflow: false });
    if (this.#bytes >= FLUSH_ENCODED_BYTES) await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    this.#bytes = 0;
    await this.#options.transaction.appendEncoded(parts);
  }
}
