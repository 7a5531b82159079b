import { deserialize, serialize } from 'node:v8';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Storage } from '@lean-ops/iceberg';

/** A folder for what memory should not hold, and what a later turn goes on from. */
export interface Scratch {
  readonly storage: Storage;
  /** Path or URI of a folder that nothing else writes to. */
  readonly location: string;
}

/** Packed rows in a file of the scratch folder, share by share. */
export interface Segment {
  readonly path: string;
  /** Where each share's part ends, in bytes. */
  readonly ends: readonly number[];
}

export interface DealtRowsOptions<Row> {
  /** What of a row is kept. */
  readonly fields: readonly (keyof Row & string)[];
  readonly shares: number;
  /** Null: packed rows stay in memory. */
  readonly scratch: Scratch | null;
  /** A name for a new segment, used once. */
  readonly newName: () => string;
  /** What earlier turns have written. */
  readonly segments?: readonly Segment[];
  /** Packed bytes that wait in memory. Default 64 MiB. */
  readonly heldBytes?: number;
}

/** Rows that are objects before they are packed. */
const OPEN_ROWS = 131_072;
const HELD_BYTES = 64 << 20;
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const SEGMENTS_AT_ONCE = 16;
/** Length of a packed chunk, before it. */
const LENGTH = 4;

/** The share that a merge key belongs to. */
function shareOf(shares: number, mergeKey: string): number {
  let sum = 7;
  for (let at = 0; at < mergeKey.length; at++) sum = (Math.imul(sum, 31) + mergeKey.charCodeAt(at)) >>> 0;
  return sum % shares;
}

/**
 * Rows of a table dealt into shares by merge key while the table is read once. They wait packed, some 100 bytes each, in
 * memory first and then in the scratch folder, until their share is taken.
 */
export class DealtRows<Row extends object> {
  readonly #options: DealtRowsOptions<Row>;
  readonly #segments: Segment[];
  #open: Row[][];
  #openRows = 0;
  #packed: Uint8Array[][];
  #packedBytes = 0;

  constructor(options: DealtRowsOptions<Row>) {
    this.#options = options;
    this.#segments = [...(options.segments ?? [])];
    this.#open = lists(options.shares);
    this.#packed = lists(options.shares);
  }

  /** What stands in the scratch folder. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  add(mergeKey: string, row: Row): void {
    this.#open[shareOf(this.#options.shares, mergeKey)]!.push(row);
    this.#openRows++;
    if (this.#openRows >= OPEN_ROWS) this.#pack();
  }

  /** Writes what waits where it has become much. */
  async relieve(): Promise<void> {
    if (this.#options.scratch !== null && this.#packedBytes >= (this.#options.heldBytes ?? HELD_BYTES))
      await this.#spill(this.#options.scratch);
  }

  /** Writes all that waits, so that another turn finds it. */
  async flush(scratch: Scratch): Promise<void> {
    this.#pack();
    if (this.#packedBytes > 0) await this.#spill(scratch);
  }

  /** The rows of a share, in the order in which they came. Those in memory are kept no longer. */
  async take(share: number): Promise<Row[]> {
    const rows: Row[] = [];
    for (const part of await this.#read(share)) this.#unpack(part, rows);
    for (const chunk of this.#packed[share]!) this.#unpack(chunk, rows);
    for (const row of this.#open[share]!) rows.push(row);
    this.#packed[share] = [];
    this.#open[share] = [];
    return rows;
  }

  /** Columns of values pack better, and faster, than rows. */
  #pack(): void {
    for (const [share, rows] of this.#open.entries()) {
      if (rows.length === 0) continue;
      const columns = this.#options.fields.map((field) => rows.map((row) => row[field]));
      const packed = zstdCompressSync(serialize(columns), PACKING);
      const chunk = new Uint8Array(LENGTH + packed.length);
      new DataView(chunk.buffer).setUint32(0, packed.length);
      chunk.set(packed, LENGTH);
      this.#packed[share]!.push(chunk);
      this.#packedBytes += chunk.length;
    }
    this.#open = lists(this.#options.shares);
    this.#openRows = 0;
  }

  #unpack(chunks: Uint8Array, rows: Row[]): void {
    const { fields } = this.#options;
    for (let at = 0; at < chunks.length; ) {
      const start = at + LENGTH;
      const end = start + new DataView(chunks.buffer, chunks.byteOffset + at, LENGTH).getUint32(0);
      const columns = deserialize(zstdDecompressSync(chunks.subarray(start, end))) as unknown[][];
      for (let row = 0; row < columns[0]!.length; row++) {
        const values: Record<string, unknown> = {};
        for (const [index, field] of fields.entries()) values[field] = columns[index]![row];
        rows.push(values as Row);
      }
      at = end;
    }
  }

  async #spill({ storage, location }: Scratch): Promise<void> {
    const ends: number[] = [];
    const bytes = new Uint8Array(this.#packedBytes);
    let at = 0;
    for (const chunks of this.#packed) {
      for (const chunk of chunks) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      ends.push(at);
    }
    const path = `${location}/${this.#options.newName()}`;
    await storage.write(path, bytes);
    this.#segments.push({ path, ends });
    this.#packed = lists(this.#options.shares);
    this.#packedBytes = 0;
  }

  /** A share's part of each segment. */
  async #read(share: number): Promise<Uint8Array[]> {
    const parts: Uint8Array[] = [];
    const { scratch } = this.#options;
    if (scratch === null) return parts;
    const wanted = this.#segments
      .map(({ path, ends }) => ({ path, range: { start: ends[share - 1] ?? 0, end: ends[share]! } }))
      .filter(({ range }) => range.end > range.start);
    for (let first = 0; first < wanted.length; first += SEGMENTS_AT_ONCE) {
      const some = wanted.slice(first, first + SEGMENTS_AT_ONCE);
      const read = some.map(({ path, range }) => scratch.storage.read(path, { range }));
      parts.push(...(await Promise.all(read)));
    }
    return parts;
  }
}

function lists<Value>(count: number): Value[][] {
  return Array.from({ length: count }, () => []);
}
