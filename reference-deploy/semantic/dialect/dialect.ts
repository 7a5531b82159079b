import type { SqlType } from '../sql-type.js';

export const DIALECTS = ['athena', 'snowflake', 'spark', 'duckdb'] as const;
export type DialectName = (typeof DIALECTS)[number];

/** A view whose expressions are SQL already. */
interface RenderedView {
  /** Schema and view, part by part. */
  readonly name: readonly string[];
  readonly description: string;
  readonly columns: readonly { readonly name: string; readonly sensitive: boolean; readonly type: SqlType }[];
  /** From `SELECT` on. */
  readonly select: string;
}

/** How an engine spells what views are made of. Pieces of SQL go in and come out. */
export interface Dialect {
  readonly name: DialectName;
  /** A name that is taken as it is, whatever words the engine reserves. */
  quote(name: string): string;
  /** A text as a literal. */
  text(value: string): string;
  /** A moment in UTC, `2026-01-31T08:00:00.000000`. */
  instant(value: string): string;
  typeName(type: SqlType): string;
  /** The day in UTC of a `timestamptz`, or of a `timestamp` as it stands. */
  dateOf(sql: string, type: SqlType): string;
  /** The hour in UTC, 0 to 23. */
  hourOf(sql: string, type: SqlType): string;
  /** The first day of a date's month. */
  monthOf(date: string): string;
  /** Whole numbers and dates as text. */
  textOf(sql: string, type: SqlType): string;
  /** A value as a column of a view: where the engine's views cannot have the type, another one. */
  viewColumn(sql: string, type: SqlType, sensitive: boolean): string;
  createSchema(name: readonly string[]): string;
  createView(view: RenderedView): string;
}

export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
