import type { Table } from '@lean-ops/iceberg';
import { changedMembers, type TableLayout } from '../tables/layout.js';
import { KEYS } from '../tables/properties.js';

/** What became of a table's layout: `respelled` means the same. */
export type LayoutChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'respelled'; readonly detail: string }
  | { readonly kind: 'other'; readonly detail: string };

/** Compares what Standardized was built with and what a contract asks for, as the linter compares contracts. */
export function layoutChange(table: Table, asked: TableLayout): LayoutChange {
  const text = table.properties[KEYS.layout];
  if (text === undefined || text === JSON.stringify(asked)) return { kind: 'none' };
  const built = JSON.parse(text) as Partial<TableLayout>;
  const names = (Object.keys(asked) as (keyof TableLayout)[]).filter(
    (name) => JSON.stringify(built[name]) !== JSON.stringify(asked[name]),
  );
  const others = changedMembers(built, asked);
  const kind = others.length === 0 ? 'respelled' : 'other';
  const shown = (others.length === 0 ? names : others).map(
    (name) => `${name} from ${JSON.stringify(built[name]) ?? 'not said'} to ${JSON.stringify(asked[name])}`,
  );
  return shown.length === 0 ? { kind: 'none' } : { kind, detail: shown.join(', ') };
}
