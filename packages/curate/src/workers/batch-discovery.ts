import type { DriftKind } from '../drift/drift.js';
import { ColumnBuilder } from '../flatten/column-builder.js';
import { type KeyNode, keyBytes } from '../flatten/key-trie.js';
import { utf8 } from '../flatten/overflow.js';
import type { ColumnPolicy } from '../flatten/row-scanner.js';

/** Something that a row showed. */
export interface RowDrift {
  readonly row: number;
  readonly kind: DriftKind;
  readonly node: KeyNode;
}

/**
 * Makes a column for every path, without a name: names are given where the whole table is known. What would not fit the
 * table is only noted.
 */
export class BatchDiscovery implements ColumnPolicy {
  readonly discovers = true;
  readonly keepsNulls = true;
  readonly columns: { readonly node: KeyNode; readonly builder: ColumnBuilder }[] = [];
  /** Drift of the valid rows of the batch. */
  readonly drifts: RowDrift[] = [];
  /** Values of the batch found no column. */
  isOverfull = false;
  readonly #maxDepth: number;
  readonly #maxColumns: number;
  readonly #pending: { kind: DriftKind; node: KeyNode }[] = [];

  constructor({ maxDepth, maxColumns }: { maxDepth: number; maxColumns: number }) {
    this.#maxDepth = maxDepth;
    this.#maxColumns = maxColumns;
  }

  /** A column of a path, also one deeper than columns go. */
  column(node: KeyNode): ColumnBuilder {
    if (node.column !== null) return node.column;
    const builder = new ColumnBuilder(node.text, node.path());
    node.column = builder;
    this.columns.push({ node, builder });
    return builder;
  }

  open(node: KeyNode): ColumnBuilder | null {
    if (node.depth > this.#maxDepth) return null;
    if (!node.governed && this.columns.length >= this.#maxColumns) return this.#refuse();
    return this.column(node);
  }

  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null {
    if (parent.depth >= this.#maxDepth) return null;
    if (this.columns.length >= this.#maxColumns) return this.#refuse();
    const text = JSON.parse(utf8(source, rawStart, rawEnd)) as string;
    return parent.add(text, keyBytes(text));
  }

  spill(): void {}

  unspill(): void {}

  drift(kind: DriftKind, node: KeyNode): void {
    if (node.depth <= this.#maxDepth) this.#pending.push({ kind, node });
  }

  keepRow(row: number): void {
    if (this.#pending.length === 0) return;
    for (const { kind, node } of this.#pending) this.drifts.push({ row, kind, node });
    this.#pending.length = 0;
  }

  dropRow(): void {
    this.#pending.length = 0;
  }

  #refuse(): null {
    this.isOverfull = true;
    return null;
  }
}
