import type { Table } from '@lean-ops/iceberg';
import { primitiveChange } from '../evolve/primitive-change.js';
import { parsePath } from '../path/json-path.js';
import type { TableLayout } from '../tables/layout.js';
import { KEYS } from '../tables/properties.js';

/** What became of a table's layout: `respelled` means the same, or compares by a wider type. */
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
  const others = names.filter((name) => built[name] !== undefined && !isSame(name, built, asked));
  const kind = others.length === 0 ? 'respelled' : 'other';
  const shown = (others.length === 0 ? names : others).map(
    (name) => `${name} from ${JSON.stringify(built[name]) ?? 'not said'} to ${JSON.stringify(asked[name])}`,
  );
  return shown.length === 0 ? { kind: 'none' } : { kind, detail: shown.join(', ') };
}

function isSame(name: keyof TableLayout, built: Partial<TableLayout>, asked: TableLayout): boolean {
  if (name === 'maxDepth' || name === 'maxColumns') return false;
  const [before, after] = [[built[name] ?? []].flat(), [asked[name]].flat()];
  if (before.length !== after.length) return false;
  return before.every((text, index) => isSameText(name, text, after[index]!));
}

function isSameText(name: keyof TableLayout, before: string, after: string): boolean {
  if (name === 'orderTypes') return before === after || primitiveChange(before, after) === 'widen';
  if (name === 'partitionBy') return before.replaceAll(' ', '') === after.replaceAll(' ', '');
  return identity(before) === identity(after);
}

function identity(reference: string): string {
  return reference.startsWith('$') ? JSON.stringify(parsePath(reference)) : reference;
}
