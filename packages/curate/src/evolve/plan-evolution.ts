import type { ColumnPath } from '../flatten/types.js';

/** What a table must gain before a batch can be written to it. */
export interface Evolution {
  /** Columns to add, in the order in which they were found. */
  readonly add: readonly ColumnPath[];
}

/**
 * Compares the columns a table has with those a run knows. Columns are only ever added: a path that is no longer seen
 * keeps its column, and a path keeps its name.
 *
 * @example planEvolution([{ name: 'a', path: '$.a' }], flattener.columns); // { add: [{ name: 'b', path: '$.b' }] }
 */
export function planEvolution(existing: readonly ColumnPath[], discovered: readonly ColumnPath[]): Evolution {
  const paths = new Set(existing.map(({ path }) => path));
  return { add: discovered.filter(({ path }) => !paths.has(path)).map(({ name, path }) => ({ name, path })) };
}
