import type { VersionTable } from '../dedup/version-table.js';
import { bytesAt, type RawBatch } from './raw-batch.js';
import type { RowSource } from './raw-range.js';
import { unstableSource } from './unstable-source.js';

/** A row of RAW whose payload is no JSON object. */
export interface MalformedRow {
  readonly batch: RawBatch;
  readonly row: number;
  readonly version: number;
}

/** Bytes of rows that are held until they are written; where there are more, all are read again. */
const HELD_BYTES = 8 << 20;
/** Rows of a batch that is read again. */
const ROWS_AGAIN = 16_384;

/** Where the rows are that do not parse, in the order in which they are read, and while they are few the rows. */
export class MalformedRows {
  /** Versions whose payload is no JSON object. */
  versions = 0;
  readonly #places: number[] = [];
  readonly #versions: number[] = [];
  #held: RawBatch[] | null = [];
  #heldBytes = 0;

  /**
   * Takes the malformed rows of a batch.
   *
   * @param rows They themselves, in the order of `found`.
   */
  add(rows: RawBatch, found: readonly { readonly place: number; readonly version: number }[]): void {
    for (const { place, version } of found) {
      this.#places.push(place);
      this.#versions.push(version);
    }
    if (this.#held === null) return;
    this.#heldBytes += rows.byteLength;
    if (this.#heldBytes > HELD_BYTES) this.#held = null;
    else this.#held.push(rows);
  }

  /** The row that stands for each malformed version. */
  async *standing(
    versions: VersionTable,
    { range, payloadHash }: { range: RowSource; payloadHash: (bytes: Uint8Array) => bigint },
  ): AsyncGenerator<MalformedRow> {
    if (this.#places.length === 0) return;
    for await (const { batch, row, index } of this.#held === null ? this.#readAgain(range) : this.#rows()) {
      const version = this.#versions[index]!;
      if (versions.ordinal(version) !== this.#places[index]) continue;
      if (payloadHash(bytesAt(batch.text.json_payload, row) ?? NO_BYTES) !== versions.payloadHash(version))
        throw unstableSource(`row ${this.#places[index]} was another one the second time`);
      yield { batch, row, version };
    }
  }

  *#rows(): Generator<FoundRow> {
    let index = 0;
    for (const batch of this.#held!)
      for (let row = 0; row < batch.rowCount; row++) yield { batch, row, index: index++ };
  }

  async *#readAgain(range: RowSource): AsyncGenerator<FoundRow> {
    let base = 0;
    let index = 0;
    for await (const batch of range.batches(ROWS_AGAIN)) {
      const end = base + batch.rowCount;
      for (; index < this.#places.length && this.#places[index]! < end; index++)
        yield { batch, row: this.#places[index]! - base, index };
      if (index === this.#places.length) return;
      base = end;
    }
    throw unstableSource(`it ended after ${base} rows`);
  }
}

/** A row and its place among those that were taken. */
interface FoundRow {
  readonly batch: RawBatch;
  readonly row: number;
  readonly index: number;
}

const NO_BYTES = new Uint8Array(0);
