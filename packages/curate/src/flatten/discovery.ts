import { type DriftKind, DriftLog } from '../drift/drift.js';
import { ColumnBuilder } from './column-builder.js';
import type { ColumnNames } from './column-name.js';
import { type KeyNode, keyBytes } from './key-trie.js';
import { OVERFLOW_COLUMN, RowOverflow, utf8 } from './overflow.js';
import type { ColumnPolicy } from './row-scanner.js';

/** Makes columns for new paths while there is room, and sends the rest to `_overflow`. */
export class Discovery implements ColumnPolicy {
  readonly discovers = true;
  readonly columns: ColumnBuilder[] = [];
  readonly overflow: ColumnBuilder = new ColumnBuilder(OVERFLOW_COLUMN, '$');
  readonly drifts: DriftLog = new DriftLog();
  readonly #names: ColumnNames;
  readonly #maxColumns: number;
  readonly #spilled: RowOverflow;
  /** What the current row showed: counted only when the row turns out to be valid. */
  readonly #pending: { kind: DriftKind; node: KeyNode; sample: string | null }[] = [];

  constructor(names: ColumnNames, { maxColumns, maxDepth }: { maxColumns: number; maxDepth: number }) {
    this.#names = names;
    this.#maxColumns = maxColumns;
    this.#spilled = new RowOverflow(maxDepth);
  }

  /** A column the table already has. */
  keep(node: KeyNode, name: string): void {
    const column = new ColumnBuilder(name, node.path());
    node.column = column;
    this.columns.push(column);
  }

  open(node: KeyNode): ColumnBuilder | null {
    if (!node.governed && this.columns.length >= this.#maxColumns) return null;
    const path = node.path();
    const { name, collidedWith } = this.#names.assign(node.keys(), path);
    const column = new ColumnBuilder(name, path);
    this.columns.push(column);
    this.drift('COLUMN_ADDED', node);
    if (collidedWith !== null) this.drift('NAME_COLLISION', node, collidedWith);
    return column;
  }

  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null {
    if (this.columns.length >= this.#maxColumns) return null;
    const text = JSON.parse(utf8(source, rawStart, rawEnd)) as string;
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
    if (rawStart >= 0) keys.push(JSON.parse(utf8(source, rawStart, rawEnd)) as string);
    this.#spilled.add(keys, source, start, end);
  }

  unspill(node: KeyNode): void {
    if (!this.#spilled.isEmpty) this.#spilled.remove(node.keys());
  }

  drift(kind: DriftKind, node: KeyNode, sample: string | null = null): void {
    this.#pending.push({ kind, node, sample });
  }

  /** Whether so many more columns, those that always get one left out, fit the table. */
  hasRoom(more: number): boolean {
    return this.columns.length + more <= this.#maxColumns;
  }

  /** The row is valid: what it showed counts. */
  keepRow(outputRow: number, row: number): void {
    for (const { kind, node, sample } of this.#pending) {
      this.drifts.add({
        kind,
        column: node.column?.name ?? null,
        path: node.column?.path ?? node.path(),
        sample,
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
      this.drifts.add({ kind: 'COLUMN_LIMIT', column: OVERFLOW_COLUMN, sample: firstPath, row, count });
    }
    this.#spilled.clear();
  }

  /** The row is not valid: nothing that it showed counts. */
  dropRow(): void {
    this.#pending.length = 0;
    this.#spilled.clear();
  }
}
