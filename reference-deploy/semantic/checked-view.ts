import type { Checked } from './expression/checked.js';

/** A column of a view. */
export interface CheckedColumn {
  readonly name: string;
  readonly role: 'column' | 'dimension' | 'metric';
  readonly value: Checked;
}

export interface CheckedJoin {
  readonly topic: string;
  readonly source: string;
  readonly kind: 'left' | 'inner';
  readonly on: Checked;
}

/** A view of which everything is known. */
export interface CheckedView {
  readonly name: string;
  /** Document that it stands in. */
  readonly file: string;
  readonly description: string;
  readonly topic: string;
  /** What expressions call its first table. */
  readonly source: string;
  readonly joins: readonly CheckedJoin[];
  readonly where: Checked | null;
  readonly columns: readonly CheckedColumn[];
  /** Columns that show what a contract masks. */
  readonly sensitive: ReadonlySet<string>;
}
