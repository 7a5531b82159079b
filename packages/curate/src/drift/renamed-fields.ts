import type { ColumnPath } from '../flatten/types.js';
import { parsePath } from '../path/json-path.js';

/** A field that has probably another name now. */
export interface RenamedField {
  readonly from: ColumnPath;
  readonly to: ColumnPath;
}

/**
 * Pairs fields that came in a run with those that vanished in it: in the same object, with names that differ in case and
 * punctuation only; else, where one came and one vanished in an object, these two. A guess, to be looked at.
 */
export function renamedFields(vanished: readonly ColumnPath[], added: readonly ColumnPath[]): RenamedField[] {
  const gone = byParent(vanished);
  const come = byParent(added);
  return [...gone].flatMap(([parent, fields]) => pairsOf(fields, come.get(parent) ?? []));
}

function pairsOf(gone: readonly ColumnPath[], come: readonly ColumnPath[]): RenamedField[] {
  const [from, to] = [gone[0]!, come[0]];
  if (gone.length === 1 && come.length === 1 && to !== undefined) return [{ from, to }];
  return gone.flatMap((field) => {
    const alike = come.filter((other) => plainName(other) === plainName(field));
    return alike.length === 1 ? [{ from: field, to: alike[0]! }] : [];
  });
}

function byParent(fields: readonly ColumnPath[]): Map<string, ColumnPath[]> {
  const grouped = new Map<string, ColumnPath[]>();
  for (const field of fields) {
    const parent = JSON.stringify(parsePath(field.path).slice(0, -1));
    grouped.set(parent, [...(grouped.get(parent) ?? []), field]);
  }
  return grouped;
}

function plainName({ path }: ColumnPath): string {
  return (parsePath(path).at(-1) ?? '').toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
