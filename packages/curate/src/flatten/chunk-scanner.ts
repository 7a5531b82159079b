import type { KeyNode } from './key-trie.js';
import type { ParseFailure } from './parse-failure.js';
import { parseRow, type ScanObject } from './parse-row.js';
import type { RowScanner } from './row-scanner.js';
import { skipSpace } from './scanner.js';
import { Skeleton } from './skeleton.js';
import { SkeletonScanner } from './skeleton-scanner.js';
import { firstInvalidUtf8, isColumnUtf8 } from './utf8.js';
import { isPresent, type Utf8Column } from './utf8-column.js';
import type { ValueChunk } from './value-chunk.js';

/** Rows that the general scanner took are learnt from, each at first, later one in so many. */
const LEARNT_AT_FIRST = 512;
const LEARNT_LATER = 32;

export interface ChunkScannerOptions {
  readonly root: KeyNode;
  readonly maxDepth: number;
  readonly chunk: ValueChunk;
  /** Takes what is not made like rows before; its columns note their values in the same chunk. */
  readonly general: RowScanner;
  /** Column of the chunk for the values of a node; -1 where it has none. */
  columnOf(node: KeyNode): number;
}

/** Scans rows into a {@link ValueChunk}: most by the skeleton of rows before them, the others by the general scanner. */
export class ChunkScanner {
  readonly #options: ChunkScannerOptions;
  readonly #skeleton: Skeleton;
  readonly #quick: SkeletonScanner;
  readonly #scanObject: ScanObject;
  #payloads: Utf8Column = { length: 0, data: new Uint8Array(0), offsets: new Int32Array(1), validity: null };
  #isUtf8 = true;
  #takenByGeneral = 0;

  constructor(options: ChunkScannerOptions) {
    const { root, maxDepth, chunk, general } = options;
    this.#options = options;
    this.#skeleton = new Skeleton(root, maxDepth);
    this.#quick = new SkeletonScanner(this.#skeleton, chunk);
    this.#scanObject = (source, position, end, row) => general.scan(source, position, end, row);
  }

  /** The payloads of the rows that come. */
  begin(payloads: Utf8Column): void {
    this.#payloads = payloads;
    this.#isUtf8 = isColumnUtf8(payloads);
    this.#quick.begin(payloads.data);
  }

  /** What is wrong with a payload; null where its values were noted. */
  scan(row: number): ParseFailure | null {
    const { data, offsets, validity } = this.#payloads;
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    const isText =
      (validity === null || isPresent(this.#payloads, row)) &&
      (this.#isUtf8 || firstInvalidUtf8(data, start, end) < 0);
    if (isText && this.#quick.scan(start, end, row)) return null;
    const { chunk, general } = this.#options;
    chunk.beginRow();
    const failure = parseRow(this.#payloads, row, this.#isUtf8, this.#scanObject);
    if (failure !== null) {
      general.retract(row);
    } else {
      chunk.endRow(row);
      if (this.#isLearnt()) this.#learn(start, end);
    }
    return failure;
  }

  #isLearnt(): boolean {
    const taken = this.#takenByGeneral++;
    return taken < LEARNT_AT_FIRST || taken % LEARNT_LATER === 0;
  }

  #learn(start: number, end: number): void {
    const { data } = this.#payloads;
    const skeleton = this.#skeleton;
    skeleton.learn(data, { start, position: skipSpace(data, start, end), end });
    for (let number = 1; number < skeleton.nodeCount; number++) {
      this.#quick.place(number, this.#options.columnOf(skeleton.node(number)));
    }
  }
}
