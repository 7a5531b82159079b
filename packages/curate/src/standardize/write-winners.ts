import { partitionCodes, type RowLayout, type Transaction } from '@lean-ops/iceberg';
import type { VersionTable } from '../dedup/version-table.js';
import type { DriftEntry } from '../drift/drift.js';
import type { Flattener } from '../flatten/flattener.js';
import type { EncodeResult } from '../workers/batch-messages.js';
import type { BatchPool } from '../workers/batch-pool.js';
import type { CollectedVersions, ScannedBatch } from './collect-versions.js';
import { ConstantColumns } from './constant-columns.js';
import { EncodedOutput, type EnvelopeRows } from './encoded-output.js';
import type { Winners } from './fold-keys.js';
import type { KeptEnvelope, WrittenRows } from './kept-envelope.js';
import type { RawBatch } from './raw-batch.js';
import type { RunMarks } from './standardized-rows.js';
import { WinnersReadAgain } from './winners-read-again.js';

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
  const versionAt = versionsByRow(versions, winners.versions, rowCount);
  const layout = transaction.rowLayout();
  const output = new EncodedOutput(options);
  const again = new WinnersReadAgain(versionAt, options);
  const context = { versionAt, marked: markedVersions(options), constants: new ConstantColumns(), options };
  const waiting: { scanned: ScannedBatch; rows: Int32Array; asked: AskedRows | null }[] = [];
  const finishOne = async (): Promise<void> => {
    const { scanned, rows, asked } = waiting.shift()!;
    const isWritten = asked !== null && (await output.add(asked, await asked.payloads));
    if (!isWritten) await again.write(scanned, rows);
  };
  try {
    for (const scanned of collected.batches) {
      signal?.throwIfAborted();
      const rows = winnersOf(scanned, versionAt);
      if (rows.length === 0) continue;
      const { kept } = scanned;
      const asked =
        kept === null || layout === null ? null : ask({ ...scanned, kept }, { rows, layout, ...context });
      waiting.push({ scanned, rows, asked });
      if (waiting.length > pool.width) await finishOne();
    }
    while (waiting.length > 0) await finishOne();
    await output.flush();
    await again.flush();
  } finally {
    await Promise.allSettled(waiting.map(({ asked }) => asked?.payloads));
    await again.close();
  }
}

const NONE = -1;

// Loops over all rows stand in functions that do nothing else, and count: an iterator makes an object for each of them.

/** Version of each row that is to be written, -1 for the others. */
function versionsByRow(versions: VersionTable, chosen: Int32Array, rowCount: number): Int32Array {
  const versionAt = new Int32Array(rowCount).fill(NONE);
  for (let index = 0; index < chosen.length; index++) {
    const version = chosen[index]!;
    versionAt[versions.ordinal(version)] = version;
  }
  return versionAt;
}

/** Winners among the rows that were looked into. */
function winnersOf({ base, rows }: ScannedBatch, versionAt: Int32Array): Int32Array {
  const chosen = new Int32Array(rows.length);
  let count = 0;
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    if (versionAt[base + row] !== NONE) chosen[count++] = row;
  }
  return chosen.subarray(0, count);
}

/** Rows whose payload columns were asked for. */
interface AskedRows extends EnvelopeRows {
  readonly payloads: Promise<EncodeResult>;
}

interface AskOptions {
  readonly rows: Int32Array;
  readonly layout: RowLayout;
  readonly versionAt: Int32Array;
  /** As {@link markedVersions}. */
  readonly marked: Uint8Array;
  readonly constants: ConstantColumns;
  readonly options: WriteWinnersOptions;
}

function ask(
  { id, base, kept }: ScannedBatch & { readonly kept: KeptEnvelope },
  { rows, layout, constants, options, ...context }: AskOptions,
): AskedRows {
  const envelope = kept.columns(writtenRows(base, rows, { ...context, ...options }), constants);
  const codes = partitionCodes(layout, envelope, rows);
  const payloads = options.pool.encode({ id, rows: rows.slice(), layout, codes });
  payloads.catch(() => undefined);
  return { envelope, layout, payloads };
}

function writtenRows(
  base: number,
  rows: Int32Array,
  {
    versionAt,
    marked,
    winners,
    marks,
  }: Pick<AskOptions, 'versionAt' | 'marked'> & Pick<WriteWinnersOptions, 'winners' | 'marks'>,
): WrittenRows {
  const firstSeen = new Map<number, bigint>();
  const seen = new Map<number, readonly bigint[] | null>();
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!;
    const version = versionAt[base + row]!;
    if (marked[version] === 0) continue;
    const first = winners.firstSeen.get(version);
    if (first !== undefined) firstSeen.set(row, first);
    const hashes = winners.seen.get(version);
    if (hashes !== undefined) seen.set(row, hashes);
  }
  return { rows, firstSeen, seen, marks };
}

/** 1 for each of the few versions of which something is not what they say themselves. */
function markedVersions({ winners, collected }: WriteWinnersOptions): Uint8Array {
  const marked = new Uint8Array(collected.versions.length);
  for (const version of winners.firstSeen.keys()) marked[version] = 1;
  for (const version of winners.seen.keys()) marked[version] = 1;
  return marked;
}
