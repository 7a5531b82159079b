import type { TopicContract } from '../contract.js';
import { columnOf, sourcesOf } from './column-changes.js';

/**
 * New names of columns, with their old ones: a column that came and reads what one that went read first is that column,
 * unless several do.
 *
 * Source: docs/schema_management.md, "What breaks".
 *
 * @example columnRenames(live, changed); // Map { 'login_at' => 'event_timestamp' }
 */
export function columnRenames(base: TopicContract, head: TopicContract): Map<string, string> {
  const found = new Map<string, string>();
  const come = Object.entries(head.columns).filter(([name]) => columnOf(base, name) === undefined);
  for (const [name, column] of Object.entries(base.columns)) {
    if (columnOf(head, name) !== undefined) continue;
    const [first] = sourcesOf(name, column);
    const readers = come.filter(([other, candidate]) => sourcesOf(other, candidate).includes(first!));
    if (readers.length === 1 && !found.has(readers[0]![0])) found.set(readers[0]![0], name);
  }
  return found;
}
