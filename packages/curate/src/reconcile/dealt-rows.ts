import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Storage } from '@lean-ops/iceberg';
import { PART } from './layer-records.js';
import { joinRecords, Records } from './records.js';

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

export interface DealtRowsOptions {
  /** Parts of a record. */
  readonly parts: number;
  readonly shares: number;
  /** Null: packed rows stay in memory. */
  readonly scratch: Scratch | null;
  /** A name for a new segment, used once. */
  readonly newName: () => string;
  /** What earlier turns have written. */
  readonly segments?: readonly Segment[];
  /** Bytes that wait in memory unpacked. Default 64 MiB. */
  readonly heldBytes?: number;
}

/** Rows that are dealt at a time: fewer, and each share would get a few bytes. */
const OPEN_ROWS = 131_072;
const HELD_BYTES = 64 << 20;
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const SEGMENTS_AT_ONCE = 16;
/** Length of a packed chunk, before it. */
const LENGTH = 4;

/** The share that each record belongs to, by its merge key. */
function sharesOf(records: Records, shares: number): Uint32Array {
  const chosen = new Uint32Array(records.count);
  for (let row = 0; row < chosen.length; row++) {
    let sum = 7;
    const end = records.end(row, PART.key);
    for (let at = records.start(row, PART.key); at < end; at++)
      sum = (Math.imul(sum, 31) + records.bytes[at]!) >>> 0;
    chosen[row] = sum % shares;
  }
  return chosen;
}

/**
 * Rows of a table dealt into shares by merge key while the table is read once. They wait in memory first and then packed,
 * some 100 bytes each, in the scratch folder, until their share is taken.
 */
export class DealtRows {
  readonly #options: DealtRowsOptions;
  readonly #segments: Segment[];
  #open: Records[] = [];
  #openRows = 0;
  #held: Records[][];
  #heldBytes = 0;
  #packed: Uint8Array[][];

  constructor(options: DealtRowsOptions) {
    this.#options = options;
    this.#segments = [...(options.segments ?? [])];
    this.#held = lists(options.shares);
    this.#packed = lists(options.shares);
  }

  /** What stands in the scratch folder. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  add(records: Records): void {
    if (records.count === 0) return;
    this.#open.push(records);
    this.#openRows += records.count;
    if (this.#openRows >= OPEN_ROWS) this.#deal();
  }

  /** Packs what waits where it has become much, and writes it where there is a folder. */
  async relieve(): Promise<void> {
    if (this.#heldBytes < (this.#options.heldBytes ?? HELD_BYTES)) return;
    this.#pack();
    if (this.#options.scratch !== null) await this.#spill(this.#options.scratch);
  }

  /** Writes all that waits, so that another turn finds it. */
  async flush(scratch: Scratch): Promise<void> {
    this.#deal();
    if (this.#heldBytes > 0) this.#pack();
    await this.#spill(scratch);
  }

  /** The rows of a share, in the order in which they came. Those in memory are kept no longer. */
  async take(share: number): Promise<Records> {
    this.#deal();
    const { parts } = this.#options;
    const list: Records[] = [];
    for (const part of await this.#read(share)) unpack(parts, part, list);
    for (const chunk of this.#packed[share]!) unpack(parts, chunk, list);
    list.push(...this.#held[share]!);
    this.#packed[share] = [];
    this.#held[share] = [];
    return joinRecords(parts, list);
  }

  #deal(): void {
    const { parts, shares } = this.#options;
    if (this.#openRows === 0) return;
    const dealt =
      shares === 1 ? [this.#open] : deal(joinRecords(parts, this.#open), shares).map((some) => [some]);
    for (const [share, list] of dealt.entries()) {
      for (const records of list) {
        if (records.count === 0) continue;
        this.#held[share]!.push(records);
        this.#heldBytes += records.byteLength;
      }
    }
    this.#open = [];
    this.#openRows = 0;
  }

  #pack(): void {
    for (const [share, list] of this.#held.entries()) {
      if (list.length === 0) continue;
      const packed = zstdCompressSync(joinRecords(this.#options.parts, list).encode(), PACKING);
      const chunk = new Uint8Array(LENGTH + packed.length);
      new DataView(chunk.buffer).setUint32(0, packed.length);
      chunk.set(packed, LENGTH);
      this.#packed[share]!.push(chunk);
    }
    this.#held = lists(this.#options.shares);
    this.#heldBytes = 0;
  }

  async #spill({ storage, location }: Scratch): Promise<void> {
    const length = this.#packed.flat().reduce((sum, chunk) => sum + chunk.length, 0);
    if (length === 0) return;
    const ends: number[] = [];
    const bytes = new Uint8Array(length);
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

/** Share by share, each in the order in which its records came. */
function deal(records: Records, shares: number): Records[] {
  const chosen = sharesOf(records, shares);
  const ends = new Uint32Array(shares + 1);
  for (const share of chosen) ends[share + 1]!++;
  for (let share = 0; share < shares; share++) ends[share + 1]! += ends[share]!;
  const sorted = new Uint32Array(records.count);
  const next = ends.slice(0, shares);
  for (const [row, share] of chosen.entries()) sorted[next[share]!++] = row;
  return Array.from({ length: shares }, (_, share) =>
    records.select(sorted.subarray(ends[share]!, ends[share + 1]!)),
  );
}

function unpack(parts: number, chunks: Uint8Array, list: Records[]): void {
  for (let at = 0; at < chunks.length; ) {
    const start = at + LENGTH;
    const end = start + new DataView(chunks.buffer, chunks.byteOffset + at, LENGTH).getUint32(0);
    list.push(Records.decode(parts, zstdDecompressSync(chunks.subarray(start, end))));
    at = end;
  }
}

function lists<Value>(count: number): Value[][] {
  return Array.from({ length: count }, () => []);
}
