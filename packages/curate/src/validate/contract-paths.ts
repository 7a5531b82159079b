import { CONTRACT_DEFAULTS, type ContractColumn, type TopicContract } from '@lean-ops/core';
import { CurateError } from '../error.js';
import { formatPath, parsePath } from '../path/json-path.js';

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
export function contractPaths({
  columns,
  key,
  orderBy = CONTRACT_DEFAULTS.orderBy,
}: TopicContract): readonly string[] {
  const named = [
    ...Object.entries(columns).flatMap(([name, column]) => columnPaths(name, column)),
    ...(key === undefined ? [] : [key]),
    ...orderBy,
  ];
  return [...new Set(named.filter((path) => path.startsWith('$')))];
}

/**
 * @throws {CurateError} `CONTRACT_INVALID` when two columns, or one column twice, name the same path, or when a column,
 *   the key or the order names one below the depth limit.
 */
export function checkContractPaths(contract: TopicContract): void {
  checkPathsAreUnique(contract.columns);
  const { key, orderBy = [] } = contract;
  for (const [name, column] of Object.entries(contract.columns))
    for (const path of columnPaths(name, column)) refuseDeepPath(path, `column ${name}`, contract);
  if (key !== undefined) refuseDeepPath(key, 'key', contract);
  for (const path of orderBy) refuseDeepPath(path, 'orderBy', contract);
}

/**
 * Objects at the depth limit are kept as text, and a string may have the very same text: what stands below could be read
 * out of either, and the winner of a key would depend on which of the layers it was read from.
 *
 * @throws {CurateError} `CONTRACT_INVALID` for a payload path that is deeper than the contract flattens.
 */
export function refuseDeepPath(path: string, where: string, { topic, flatten }: TopicContract): void {
  if (!path.startsWith('$')) return;
  const keys = parsePath(path);
  const [depth, maxDepth] = [keys.length, flatten?.maxDepth ?? CONTRACT_DEFAULTS.maxDepth];
  if (depth <= maxDepth) return;
  const shown = formatPath(keys);
  throw new CurateError(
    `the contract's ${where} names ${shown}, which is ${depth} levels deep, and flatten.maxDepth is ${maxDepth}: below it objects stay JSON text. Raise it to ${depth}, or name a path above`,
    { code: 'CONTRACT_INVALID', context: { topic, path: shown, depth, maxDepth } },
  );
}

function checkPathsAreUnique(columns: TopicContract['columns']): void {
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
