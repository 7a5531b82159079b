import type { Table } from '../../../src/index.js';
import type { Logical, NewRow } from './rows.js';

/** Values by slot: a column that is dropped and added anew has a slot of its own each time. */
export type Row = Readonly<Record<string, unknown>>;

/** A column as it stands: its name now, and where rows have its value. */
interface Column {
  name: string;
  slot: string;
  /** Of rows that were there before the column was. */
  initial: unknown;
}

/** What a snapshot showed when it was made. */
export interface Seen {
  keys: string[];
  rows: readonly Row[];
}

/** What a table should hold: its rows in any order, its columns, and what every snapshot showed. */
export class TableModel {
  readonly columns: Map<Logical, Column> = new Map(
    (['id', 'name', 'score', 'day', 'n', 'place'] as const).map((logical) => [
      logical,
      { name: logical, slot: logical, initial: null },
    ]),
  );
  rows: Row[] = [];
  /** Rows of the branch `audit`, once there is one. */
  branch: Row[] | null = null;
  readonly snapshots: Map<bigint, Seen> = new Map();
  readonly tags: Map<string, bigint> = new Map();
  #slots = 0;

  /** A row in slots. */
  stored(row: NewRow): Row {
    return Object.fromEntries(
      Array.from(this.columns, ([logical, { slot }]) => [slot, row[logical] ?? null]),
    );
  }

  /** A row by the names that the columns have now, as the table is given it. */
  written(row: NewRow): Record<string, unknown> {
    return Object.fromEntries(
      Array.from(this.columns, ([logical, { name }]) => [name, row[logical] ?? null]),
    );
  }

  value(row: Row, logical: Logical): unknown {
    const column = this.columns.get(logical);
    if (column === undefined) throw new Error(`there is no column ${logical} now`);
    return column.slot in row ? row[column.slot] : column.initial;
  }

  /** A column, or a field of a struct by its path, which is null where the struct is. */
  valueAt(row: Row, path: string): unknown {
    const [logical, ...names] = path.split('.') as [Logical, ...string[]];
    return names.reduce<unknown>(
      (value, name) => (value === null ? null : (value as Record<string, unknown>)[name]),
      this.value(row, logical),
    );
  }

  has(logical: Logical): boolean {
    return this.columns.has(logical);
  }

  addExtra(initial: unknown): void {
    this.columns.set('extra', { name: 'extra', slot: `extra ${this.#slots++}`, initial });
  }

  dropExtra(): void {
    this.columns.delete('extra');
  }

  rename(logical: Logical, name: string): void {
    this.columns.get(logical)!.name = name;
  }

  nameOf(logical: Logical): string {
    return this.columns.get(logical)!.name;
  }

  /** All of a row, as text in which NaN and both zeros differ. */
  keyOf(row: Row): string {
    return JSON.stringify(
      Array.from(this.columns, ([logical, { name }]) => [name, textOf(this.value(row, logical))]).sort(),
    );
  }

  keys(rows: readonly Row[] = this.rows): string[] {
    return rows.map((row) => this.keyOf(row)).sort();
  }

  /** Remembers what the newest snapshots show. */
  note(table: Table): void {
    const current = table.currentSnapshot();
    if (current !== null && !this.snapshots.has(current.snapshotId))
      this.snapshots.set(current.snapshotId, { keys: this.keys(), rows: [...this.rows] });
  }
}

/** A row that was read, as {@link TableModel.keyOf} has it. */
export function keyOfRead(row: Record<string, unknown>): string {
  return JSON.stringify(
    Object.entries(row)
      .map(([name, value]) => [name, textOf(value)])
      .sort(),
  );
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return keyOfRead(value as Record<string, unknown>);
  return Object.is(value, -0) ? '-0' : String(value);
}
