import type { ContractColumn, TopicContract } from '@lean-ops/core';
import { CurateError } from '../error.js';
import { formatPath, parsePath } from '../path/json-path.js';

const DEFAULT_ORDER: readonly string[] = ['$.last_updated_ts', 'publish_time'];

/** Where a contract column is looked for, in order: its path (default: the column's name in the payload), then aliases. */
export function columnPaths(name: string, { path, aliases = [] }: ContractColumn): readonly string[] {
  return [path ?? formatPath([name]), ...aliases].map((each) =>
    each.startsWith('$') ? formatPath(parsePath(each)) : each,
  );
}

/**
 * Every payload path that a contract names, for columns, key and order: they get columns even where the table is full.
 *
 * @throws {CurateError} `PATH_INVALID`.
 */
export function contractPaths({ columns, key, orderBy = DEFAULT_ORDER }: TopicContract): readonly string[] {
  const named = [
    ...Object.entries(columns).flatMap(([name, column]) => columnPaths(name, column)),
    ...(key === undefined ? [] : [key]),
    ...orderBy,
  ];
  return [...new Set(named.filter((path) => path.startsWith('$')))];
}

/** @throws {CurateError} `CONTRACT_INVALID` when two columns, or one column twice, name the same path. */
export function checkPathsAreUnique(columns: TopicContract['columns']): void {
  const holders = new Map<string, string>();
  for (const [name, column] of Object.entries(columns)) {
    for (const path of columnPaths(name, column)) {
      const holder = holders.get(path);
      if (holder !== undefined) {
        throw new CurateError(
          holder === name
            ? `contract column ${name} names ${path} twice, as path and alias: take one away`
            : `contract columns ${holder} and ${name} both name ${path}: a path belongs to one column, take it away from the other`,
          { code: 'CONTRACT_INVALID', context: { path, columns: [holder, name] } },
        );
      }
      holders.set(path, name);
    }
  }
}
