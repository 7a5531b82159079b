import type { Transaction } from '@lean-ops/iceberg';
import type { VersionTable } from '../dedup/version-table.js';
import type { DriftEntry } from '../drift/drift.js';
import { CurateError } from '../error.js';
import type { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { KeyDecision } from './decide-key.js';
import type { RawBatch } from './raw-batch.js';
import { bytesAt } from './raw-batch.js';
import { alignRows, type PendingRows, type RunMarks, standardizedRows } from './standardized-rows.js';

/** Bytes of finished rows that wait before data files are written: one file per partition and flush. */
const FLUSH_BYTES = 64 << 20;

/** A key whose row is written, and the version that gives it. */
export interface Winner {
  readonly key: number;
  readonly version: number;
  readonly decision: KeyDecision;
}

export interface WriteWinnersOptions {
  readonly batches: AsyncIterable<RawBatch>;
  readonly versions: VersionTable;
  readonly winners: readonly Winner[];
  readonly flattener: Flattener;
  readonly payloadHash: (bytes: Uint8Array) => bigint;
  readonly transaction: Transaction;
  readonly marks: RunMarks;
  /** Called with each row that stands for a malformed version. */
  readonly malformed: ReadonlyMap<number, number>;
  onMalformed(raw: RawBatch, row: number, version: number): void;
  onDrift(entry: DriftEntry): void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Second pass over a run's rows: only the winners are flattened, and written as batches fill. New columns join the
 * table in the same transaction.
 */
export async function writeWinners(options: WriteWinnersOptions): Promise<void> {
  const { batches, versions, winners, malformed, signal } = options;
  const byOrdinal = winners.toSorted(
    (left, right) => versions.ordinal(left.version) - versions.ordinal(right.version),
  );
  const pending: PendingRows[] = [];
  let bytes = 0;
  let base = 0;
  let next = 0;
  for await (const raw of batches) {
    signal?.throwIfAborted();
    const end = base + raw.rowCount;
    const here: Winner[] = [];
    while (next < byOrdinal.length && versions.ordinal(byOrdinal[next]!.version) < end)
      here.push(byOrdinal[next++]!);
    if (malformed.size > 0) reportMalformed(raw, base, options);
    base = end;
    if (here.length === 0) continue;
    const rows = flattenWinners(raw, end - raw.rowCount, here, options);
    pending.push(rows);
    bytes += rows.byteLength;
    if (bytes < FLUSH_BYTES) continue;
    await flush(pending.splice(0), options);
    bytes = 0;
  }
  if (next < byOrdinal.length) throw unstable(`it ended after ${base} rows`);
  await flush(pending, options);
}

function reportMalformed(raw: RawBatch, base: number, { malformed, onMalformed }: WriteWinnersOptions): void {
  for (let row = 0; row < raw.rowCount; row++) {
    const version = malformed.get(base + row);
    if (version !== undefined) onMalformed(raw, row, version);
  }
}

function flattenWinners(
  raw: RawBatch,
  base: number,
  winners: readonly Winner[],
  { versions, flattener, payloadHash, marks, onDrift }: WriteWinnersOptions,
): PendingRows {
  const rows = Int32Array.from(winners, ({ version }) => versions.ordinal(version) - base);
  winners.forEach(({ version }, index) => {
    const payload = bytesAt(raw.text.json_payload, rows[index]!);
    if (payload === null || payloadHash(payload) !== versions.payloadHash(version)) {
      throw unstable(`row ${base + rows[index]!} was another one the second time`);
    }
  });
  const flattened = flattener.flatten(raw.text.json_payload, rows);
  if (flattened.rowCount !== winners.length) {
    throw unstable(`${winners.length - flattened.rowCount} payloads parsed the first time only`);
  }
  for (const entry of flattened.drift) onDrift(entry);
  const written = winners.map(({ key, version, decision }) => ({
    mergeKey: versions.mergeKeys.view(key),
    payloadHash: versions.payloadHash(version),
    seen: decision.seen,
    firstSeen: decision.firstSeen,
  }));
  return standardizedRows(raw, flattened, written, marks);
}

async function flush(
  pending: readonly PendingRows[],
  { transaction, flattener }: WriteWinnersOptions,
): Promise<void> {
  if (pending.length === 0) return;
  const overflow = pending.some(({ columns }) => columns.some(({ name }) => name === OVERFLOW_COLUMN));
  transaction.addColumns([
    ...flattener.columns.map(({ name, path }) => ({ name, type: 'string' as const, doc: path })),
    ...(overflow ? [{ name: OVERFLOW_COLUMN, type: 'string' as const, doc: 'JSON path → value' }] : []),
  ]);
  await transaction.append(alignRows(pending));
}

function unstable(detail: string): CurateError {
  return new CurateError(
    `RAW gave other rows when it was read a second time at the same snapshot: ${detail}. Nothing was committed; check that nobody rewrites its files in place`,
    { code: 'SOURCE_UNSTABLE', context: { detail } },
  );
}
