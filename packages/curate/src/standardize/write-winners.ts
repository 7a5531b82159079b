import type { EncodedRows, RowLayout, Transaction } from '@lean-ops/iceberg';
import type { VersionTable } from '../dedup/version-table.js';
import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { EncodeResult } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import type { CollectedVersions, ScannedBatch } from './collect-versions.js';
import type { Winners } from './plan-merge.js';
import { bytesAt, type RawBatch } from './raw-batch.js';
import { alignRows, type PendingRows, type RunMarks, standardizedRows } from './standardized-rows.js';
import { unstableSource } from './unstable-source.js';

/** Bytes of finished rows that wait before data files are written: one file per partition and flush. */
const FLUSH_BYTES = 64 << 20;
/** The same of encoded rows, which are several times smaller. */
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
 * time, and only the winners are flattened. New columns join the table in the same transaction.
 */
export async function writeWinners(options: WriteWinnersOptions): Promise<void> {
  const { collected, winners } = options;
  const { versions, rows } = collected;
  /** Version of each row that is to be written, -1 for the others. */
  const versionAt = new Int32Array(rows).fill(NONE);
  for (const version of winners.versions) versionAt[versions.ordinal(version)] = version;
  const written = await writeKept(versionAt, options);
  if (written < winners.versions.length)
    await writeAgain(versionAt, winners.versions.length - written, options);
}

const NONE = -1;

/** Encodes what was kept, several batches at once; gives the number of rows. */
async function writeKept(versionAt: Int32Array, options: WriteWinnersOptions): Promise<number> {
  const { collected, pool, transaction, signal } = options;
  const layout = transaction.rowLayout();
  if (layout === null) return 0;
  const output = new EncodedOutput(options);
  const marked = markedVersions(options);
  const waiting: { scanned: ScannedBatch; rows: Int32Array; result: Promise<EncodeResult> }[] = [];
  let written = 0;
  const finishOne = async (): Promise<void> => {
    const { scanned, rows, result } = waiting.shift()!;
    if (!(await output.add(await result))) return;
    for (const row of rows) versionAt[scanned.base + row] = NONE;
    written += rows.length;
  };
  try {
    for (const scanned of collected.batches) {
      signal?.throwIfAborted();
      const rows = scanned.kept ? winnersOf(scanned, versionAt) : EMPTY;
      if (rows.length === 0) continue;
      const result = pool.encode(encodeRequest(scanned, rows, { versionAt, marked, layout, options }));
      result.catch(() => undefined);
      waiting.push({ scanned, rows, result });
      if (waiting.length > pool.width) await finishOne();
    }
    while (waiting.length > 0) await finishOne();
  } finally {
    await Promise.allSettled(waiting.map(({ result }) => result));
  }
  await output.flush();
  return written;
}

const EMPTY = new Int32Array(0);

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
    if (this.#bytes >= FLUSH_ENCODED_BYTES) await this.flush();
    return true;
  }

  async flush(): Promise<void> {
    const parts = this.#parts;
    if (parts.length === 0) return;
    this.#parts = [];
    this.#bytes = 0;
    const { transaction, flattener } = this.#options;
    addColumns(transaction, flattener, false);
    await transaction.appendEncoded(parts);
  }
}

/** The second pass: rows are told by their place, which does not change between passes. */
async function writeAgain(
  versionAt: Int32Array,
  expected: number,
  options: WriteWinnersOptions,
): Promise<void> {
  const { signal } = options;
  const pending: PendingRows[] = [];
  let bytes = 0;
  let base = 0;
  let found = 0;
  for await (const raw of options.batches()) {
    signal?.throwIfAborted();
    const end = base + raw.rowCount;
    const chosen = versionAt.subarray(base, end);
    const rows = Int32Array.from(chosen.keys()).filter((row) => chosen[row] !== NONE);
    base = end;
    if (rows.length === 0) continue;
    found += rows.length;
    const made = flattenWinners(raw, rows, { chosen, base: end - raw.rowCount, options });
    pending.push(made);
    bytes += made.byteLength;
    if (bytes < FLUSH_BYTES) continue;
    await flush(pending.splice(0), options);
    bytes = 0;
  }
  if (found < expected) throw unstableSource(`it ended after ${base} rows`);
  await flush(pending, options);
}

function flattenWinners(
  raw: RawBatch,
  rows: Int32Array,
  { chosen, base, options }: { chosen: Int32Array; base: number; options: WriteWinnersOptions },
): PendingRows {
  const { collected, winners, flattener, payloadHash, marks, onDrift } = options;
  const { versions } = collected;
  for (const row of rows) {
    const payload = bytesAt(raw.text.json_payload, row);
    if (payload === null || payloadHash(payload) !== versions.payloadHash(chosen[row]!)) {
      throw unstableSource(`row ${base + row} was another one the second time`);
    }
  }
  const flattened = flattener.flatten(raw.text.json_payload, rows);
  if (flattened.rowCount !== rows.length) {
    throw unstableSource(`${rows.length - flattened.rowCount} payloads parsed the first time only`);
  }
  for (const entry of flattened.drift) onDrift(entry);
  const written = Array.from(rows, (row) => {
    const version = chosen[row]!;
    return {
      mergeKey: versions.mergeKeys.view(versions.keyOf(version)),
      payloadHash: versions.payloadHash(version),
      seen: seenOf(version, versions, winners),
      firstSeen: winners.firstSeen.get(version) ?? versions.ingestion(version),
    };
  });
  return standardizedRows(raw, flattened, written, marks);
}

/** A version that is alone under its key has only itself to remember. */
function seenOf(version: number, versions: VersionTable, { seen }: Winners): readonly bigint[] | null {
  const given = seen.get(version);
  if (given !== undefined) return given;
  return versions.isJourneyOrdered(version) ? [versions.seenHash(version)] : null;
}

async function flush(
  pending: readonly PendingRows[],
  { transaction, flattener }: WriteWinnersOptions,
): Promise<void> {
  if (pending.length === 0) return;
  const overflow = pending.some(({ columns }) => columns.some(({ name }) => name === OVERFLOW_COLUMN));
  addColumns(transaction, flattener, overflow);
  await transaction.append(alignRows(pending));
}

function addColumns(transaction: Transaction, flattener: Flattener, overflow: boolean): void {
  transaction.addColumns([
    ...flattener.columns.map(({ name, path }) => ({ name, type: 'string' as const, doc: path })),
    ...(overflow ? [{ name: OVERFLOW_COLUMN, type: 'string' as const, doc: 'JSON path → value' }] : []),
  ]);
}
