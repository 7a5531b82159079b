import { type DriftKind, DriftLog } from '../drift/drift.js';
import { ColumnBuilder } from './column-builder.js';
import { columnKey } from './column-key.js';
import type { ColumnNames } from './column-name.js';
import { type KeyNode, keyBytes } from './key-trie.js';
import { OVERFLOW_COLUMN, RowOverflow, utf8 } from './overflow.js';
import type { ColumnPolicy } from './row-scanner.js';

/** Keys that are remembered beyond those on the way to a column: of paths that a row gave and took back. */
const SPARE_KEYS = 1_000;

/** Characters of a path that the drift log tells: keys may be as long as a message. */
const LONGEST_SAMPLE = 1_000;

/** Makes columns for new paths while there is room, and sends the rest to `_overflow`. */
export class Discovery implements ColumnPolicy {
  readonly discovers = true;
  readonly columns: ColumnBuilder[] = [];
  readonly overflow: ColumnBuilder = new ColumnBuilder(OVERFLOW_COLUMN, '$');
  readonly drifts: DriftLog = new DriftLog();
  readonly #names: ColumnNames;
  readonly #maxColumns: number;
  readonly #maxDepth: number;
  readonly #spilled: RowOverflow;
  /** Paths that the current row gave a column: named when the row is through, for a key may come again and undo it. */
  readonly #opened = new Set<KeyNode>();
  /** What the current row showed: counted only when the row turns out to be valid. */
  readonly #pending: { kind: DriftKind; node: KeyNode }[] = [];
  /** Keys that rows have added. */
  #keys = 0;

  constructor(names: ColumnNames, { maxColumns, maxDepth }: { maxColumns: number; maxDepth: number }) {
    this.#names = names;
    this.#maxColumns = maxColumns;
    this.#maxDepth = maxDepth;
    this.#spilled = new RowOverflow(maxDepth);
  }

  /** A column the table already has. */
  keep(node: KeyNode, name: string): void {
    const column = new ColumnBuilder(name, node.path());
    node.column = column;
    this.columns.push(column);
  }

  open(node: KeyNode): ColumnBuilder | null {
    if (node.depth > this.#maxDepth || (!node.governed && !this.hasRoom(1))) return null;
    this.#opened.add(node);
    const path = node.path();
    return new ColumnBuilder(path, path);
  }

  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null {
    if (parent.depth >= this.#maxDepth || !this.hasRoom(1)) return null;
    // Without a limit rows could fill the memory with keys that are taken back in the same row.
    if (this.#keys >= this.#maxColumns * this.#maxDepth + SPARE_KEYS) return null;
    const text = columnKey(source, rawStart, rawEnd);
    if (text === null) return null;
    this.#keys++;
    return parent.add(text, keyBytes(text));
  }

  spill(
    node: KeyNode,
    source: Uint8Array,
    rawStart: number,
    rawEnd: number,
    start: number,
    end: number,
  ): void {
    const keys = node.keys();
    // Below the depth limit it stands in the text of the object at the limit.
    if (keys.length + (rawStart >= 0 ? 1 : 0) > this.#maxDepth) return;
    if (rawStart >= 0) keys.push(JSON.parse(utf8(source, rawStart, rawEnd)) as string);
    this.#spilled.add(keys, source, start, end);
  }

  unspill(node: KeyNode): void {
    if (!this.#spilled.isEmpty) this.#spilled.remove(node.keys());
    if (this.#opened.size > 0) this.#close(node);
  }

  /** Takes back the columns that the current row gave to a path and to those below it. */
  #close(node: KeyNode): void {
    if (this.#opened.delete(node)) node.column = null;
    for (let child = node.touched; child !== null; child = child.alsoTouched) this.#close(child);
  }

  drift(kind: DriftKind, node: KeyNode): void {
    // Said once of the object at the limit.
    if (kind === 'DEPTH_LIMIT' && node.depth > this.#maxDepth) return;
    this.#pending.push({ kind, node });
  }

  /** Whether so many more columns, those that always get one left out, fit the table. */
  hasRoom(more: number): boolean {
    return this.columns.length + this.#opened.size + more <= this.#maxColumns;
  }

  /** The row is valid: what it showed counts. */
  keepRow(outputRow: number, row: number): void {
    if (this.#opened.size > 0) this.#nameOpened(row);
    for (const { kind, node } of this.#pending) {
      this.drifts.add({
        kind,
        column: node.column?.name ?? null,
        path: node.column?.path ?? node.path(),
        row,
      });
    }
    this.#pending.length = 0;
    if (this.#spilled.isEmpty && this.#spilled.duplicates === 0) return;
    const { duplicates } = this.#spilled;
    const { count, json, firstPath } = this.#spilled.write();
    if (duplicates > 0) {
      this.drifts.add({ kind: 'DUPLICATE_KEY', column: OVERFLOW_COLUMN, row, count: duplicates });
    }
    if (count > 0) {
      const bytes = Buffer.from(json, 'utf8');
      this.overflow.append(bytes, 0, bytes.length, outputRow);
      const sample = firstPath?.slice(0, LONGEST_SAMPLE) ?? null;
      this.drifts.add({ kind: 'COLUMN_LIMIT', column: OVERFLOW_COLUMN, sample, row, count });
    }
    this.#spilled.clear();
  }

  #nameOpened(row: number): void {
    for (const node of this.#opened) {
      const column = node.column as ColumnBuilder;
      const { path } = column;
      const { name, collidedWith } = this.#names.assign(node.keys(), path);
      column.name = name;
      this.columns.push(column);
      this.drifts.add({ kind: 'COLUMN_ADDED', column: name, path, row });
      if (collidedWith !== null)
        this.drifts.add({ kind: 'NAME_COLLISION', column: name, path, sample: collidedWith, row });
    }
    this.#opened.clear();
  }

  /** The row is not valid: nothing that it showed counts. */
  dropRow(): void {
    for (const node of this.#opened) node.column = null;
    this.#opened.clear();
    this.#pending.length = 0;
    this.#spilled.clear();
  }
}
