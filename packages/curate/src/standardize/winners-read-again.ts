import type { VersionTable } from '../dedup/version-table.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { ScannedBatch } from './collect-versions.js';
import type { Winners } from './fold-keys.js';
import { joinColumns } from './join-columns.js';
import { bytesAt, type RawBatch } from './raw-batch.js';
import { alignRows, type PendingRows, standardizedRows } from './standardized-rows.js';
import { unstableSource } from './unstable-source.js';
import type { WriteWinnersOptions } from './write-winners.js';

/** Bytes of finished rows that wait before data files are written: one file per partition and flush. */
const FLUSH_BYTES = 64 << 20;

/**
 * The second pass over RAW, for winners whose values were not kept: rows are told by their place, which does not change
 * between passes. RAW is not opened before it is needed.
 */
export class WinnersReadAgain {
  readonly #options: WriteWinnersOptions;
  readonly #versionAt: Int32Array;
  #source: AsyncIterator<RawBatch> | null = null;
  /** The batch of the second pass that is being looked at, and the place of its first row. */
  #raw: RawBatch | null = null;
  #base = 0;
  #pending: PendingRows[] = [];
  #bytes = 0;

  /** @param versionAt Version of each row that is to be written. */
  constructor(versionAt: Int32Array, options: WriteWinnersOptions) {
    this.#versionAt = versionAt;
    this.#options = options;
  }

  /** Writes rows of a batch; batches come in the order of RAW. */
  async write({ base }: ScannedBatch, rows: Int32Array): Promise<void> {
    for (let done = 0; done < rows.length; ) {
      const raw = await this.#batchOf(base + rows[done]!);
      const first = base - this.#base;
      let end = done;
      while (end < rows.length && first + rows[end]! < raw.rowCount) end++;
      await this.#flatten(
        raw,
        rows.subarray(done, end).map((row) => first + row),
      );
      done = end;
    }
  }

  /** The batch of the second pass that has a row. */
  async #batchOf(place: number): Promise<RawBatch> {
    const { batches, signal } = this.#options;
    this.#source ??= batches()[Symbol.asyncIterator]();
    while (this.#raw === null || place >= this.#base + this.#raw.rowCount) {
      signal?.throwIfAborted();
      this.#base += this.#raw?.rowCount ?? 0;
      const next = await this.#source.next();
      if (next.done === true) throw unstableSource(`it ended after ${this.#base} rows`);
      this.#raw = next.value;
    }
    return this.#raw;
  }

  async #flatten(raw: RawBatch, rows: Int32Array): Promise<void> {
    const chosen = this.#versionAt.subarray(this.#base, this.#base + raw.rowCount);
    const made = flattenWinners(raw, rows, { chosen, base: this.#base, options: this.#options });
    joinColumns(this.#options, { overflow: made.columns.some(({ name }) => name === OVERFLOW_COLUMN) });
    this.#pending.push(made);
    this.#bytes += made.byteLength;
    if (this.#bytes >= FLUSH_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    this.#bytes = 0;
    await this.#options.transaction.append(alignRows(pending));
  }

  /** Lets go of RAW. */
  async close(): Promise<void> {
    await this.#source?.return?.();
  }
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
