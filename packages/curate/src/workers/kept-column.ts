import { TextBuilder } from '@lean-ops/iceberg';
import type { Data } from 'apache-arrow';
import { unescaped, unescapeString } from '../flatten/escape.js';
import { CHUNK_ROWS, NULL_END, type ValueChunk } from '../flatten/value-chunk.js';
import type { ValueColumn } from '../flatten/value-column.js';

/** A buffer with a view of the same bytes. */
interface Source {
  readonly source: Uint8Array;
  readonly words: DataView;
}

// Memory for one string at a time: scanning is synchronous.
let scratch: Source = sourceOf(new Uint8Array(4096));
const [scratchStart, scratchEnd] = [new Int32Array(1), new Int32Array(1)];

export function sourceOf(source: Uint8Array): Source {
  return { source, words: new DataView(source.buffer, source.byteOffset, source.byteLength) };
}

/** The column of one path in the batch that is scanned. Its values are noted in a chunk, and taken up when that is full. */
export class KeptColumn implements ValueColumn {
  readonly name: string;
  readonly path: string;
  /** Number of the column in the chunk. */
  readonly number: number;
  /** Rows whose value is a JSON null, which is no value but shows that the path is there. */
  readonly nullRows: number[] = [];
  readonly #chunk: ValueChunk;
  readonly #texts = new TextBuilder();

  constructor(name: string, path: string, chunk: ValueChunk) {
    this.name = name;
    this.path = path;
    this.#chunk = chunk;
    this.number = chunk.addColumn();
  }

  append(_source: Uint8Array, start: number, end: number, row: number): void {
    this.#chunk.put(this.number, start, end, row);
  }

  appendUnescaped(source: Uint8Array, start: number, end: number, row: number): boolean {
    unescapeString(source, start, end, scratchFor(end - start).source, 0);
    if (unescaped.loneSurrogate) return false;
    this.#chunk.put(this.number, start, ~end, row);
    return true;
  }

  appendNull(row: number, start: number): void {
    this.#chunk.put(this.number, start, NULL_END, row);
  }

  retract(row: number): void {
    this.#chunk.retract(this.number, row);
  }

  /** Whether nothing was taken up since the last batch, not even a null. */
  get isUnseen(): boolean {
    return this.#texts.count === 0 && this.nullRows.length === 0;
  }

  /** Takes up what the chunk has noted, whose positions are those of `source`. */
  take({ source, words }: Source): void {
    const { starts, ends, rows, counts, marked } = this.#chunk;
    const from = this.number * CHUNK_ROWS;
    const to = from + counts[this.number]!;
    const texts = { source, words, starts, ends };
    if (marked[this.number] === 0) {
      this.#texts.add(texts, rows, { from, to });
      return;
    }
    let done = from;
    for (let at = from; at < to; at++) {
      if (ends[at]! >= 0) continue;
      this.#texts.add(texts, rows, { from: done, to: at });
      if (ends[at] === NULL_END) this.nullRows.push(rows[at]!);
      else this.#takeEscaped(source, starts[at]!, ~ends[at]!, rows.subarray(at, at + 1));
      done = at + 1;
    }
    this.#texts.add(texts, rows, { from: done, to });
  }

  #takeEscaped(source: Uint8Array, start: number, end: number, row: Int32Array): void {
    const target = scratchFor(end - start);
    scratchEnd[0] = unescapeString(source, start, end, target.source, 0);
    this.#texts.add({ ...target, starts: scratchStart, ends: scratchEnd }, row, { from: 0, to: 1 });
  }

  /** The column over `rowCount` rows; the next batch begins. */
  finish(rowCount: number): Data {
    this.nullRows.length = 0;
    return this.#texts.finish(rowCount);
  }

  /** Gives up what was taken up of the batch. */
  drop(): void {
    this.nullRows.length = 0;
    this.#texts.drop();
  }
}

function scratchFor(bytes: number): Source {
  if (scratch.source.length < bytes) scratch = sourceOf(new Uint8Array(bytes * 2));
  return scratch;
}
