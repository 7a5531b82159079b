import type { DriftKind } from '../drift/drift.js';
import { columnKey } from '../flatten/column-key.js';
import { type KeyNode, keyBytes } from '../flatten/key-trie.js';
import type { ColumnPolicy } from '../flatten/row-scanner.js';
import { ValueChunk } from '../flatten/value-chunk.js';
import { KeptColumn, sourceOf } from './kept-column.js';

/** Each column has room for a chunk of rows. Batches that show more new ones are read again, not kept. */
const MOST_KEPT = 4096;

/** Something that a row showed, and how often. */
export interface RowDrift {
  readonly row: number;
  readonly kind: DriftKind;
  readonly node: KeyNode;
  readonly count: number;
}

/**
 * Makes a column for every path, without a name: names are given where the whole table is known. What would not fit the
 * table is only noted.
 */
export class BatchDiscovery implements ColumnPolicy {
  readonly discovers = true;
  readonly columns: { readonly node: KeyNode; readonly column: KeptColumn }[] = [];
  /** Drift of the valid rows of the batch. */
  readonly drifts: RowDrift[] = [];
  /** Values of the last rows that the columns have not taken up yet. */
  readonly chunk: ValueChunk = new ValueChunk();
  /** Values of the batch found no column. */
  isOverfull = false;
  readonly #maxDepth: number;
  readonly #maxColumns: number;
  /** What the current row showed: one key may come in it any number of times. */
  readonly #pending = new Map<DriftKind, Map<KeyNode, number>>();

  constructor({ maxDepth, maxColumns }: { maxDepth: number; maxColumns: number }) {
    this.#maxDepth = maxDepth;
    this.#maxColumns = Math.min(maxColumns, MOST_KEPT);
  }

  /** A column of a path, also one deeper than columns go. */
  column(node: KeyNode): KeptColumn {
    if (node.column instanceof KeptColumn) return node.column;
    const column = new KeptColumn(node.text, node.path(), this.chunk);
    node.column = column;
    this.columns.push({ node, column });
    return column;
  }

  open(node: KeyNode): KeptColumn | null {
    if (node.depth > this.#maxDepth) return null;
    if (!node.governed && this.columns.length >= this.#maxColumns) return this.#refuse();
    return this.column(node);
  }

  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null {
    if (parent.depth >= this.#maxDepth) return null;
    if (this.columns.length >= this.#maxColumns) return this.#refuse();
    const text = columnKey(source, rawStart, rawEnd);
    return text === null ? this.#refuse() : parent.add(text, keyBytes(text));
  }

  spill(): void {}

  unspill(): void {}

  drift(kind: DriftKind, node: KeyNode): void {
    if (node.depth > this.#maxDepth) return;
    let counts = this.#pending.get(kind);
    if (counts === undefined) {
      counts = new Map();
      this.#pending.set(kind, counts);
    }
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }

  keepRow(row: number): void {
    if (this.#pending.size === 0) return;
    for (const [kind, counts] of this.#pending)
      for (const [node, count] of counts) this.drifts.push({ row, kind, node, count });
    this.#pending.clear();
  }

  dropRow(): void {
    this.#pending.clear();
  }

  /** Lets the columns take up the values of the chunk, which stand in `source`. */
  takeUp(source: Uint8Array): void {
    const { chunk } = this;
    const from = sourceOf(source);
    for (const number of chunk.touched) {
      if (chunk.counts[number] === 0) continue;
      this.columns[number]!.column.take(from);
      chunk.counts[number] = 0;
    }
    chunk.clear();
  }

  #refuse(): null {
    this.isOverfull = true;
    return null;
  }
}
