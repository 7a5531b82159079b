import type { PrimitiveType, Table } from '@lean-ops/iceberg';
import type { CuratedLayout } from '../curated/curated-table.js';
import { CurateError } from '../error.js';
import { primitiveChange, spelledType } from '../evolve/primitive-change.js';
import { tableName } from '../tables/names.js';

/** A change of one column of a table; ids are the table format's, and stay with a column under every name. */
export type TableColumnChange =
  /** `id` is the one that it gets. */
  | { readonly kind: 'add'; readonly id: number; readonly column: string; readonly type: string }
  | { readonly kind: 'rename'; readonly id: number; readonly column: string; readonly to: string }
  | {
      readonly kind: 'widen';
      readonly id: number;
      readonly column: string;
      readonly from: string;
      readonly to: PrimitiveType;
    };

/**
 * What `curated.{topic}` lacks of a layout. Nothing, where it has been changed already. `renamed`: new names with their
 * old ones.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` where a column could only be made anew.
 */
export function curatedChanges(
  table: Table,
  { fields }: CuratedLayout,
  renamed: ReadonlyMap<string, string>,
): TableColumnChange[] {
  const known = new Map(table.schema().fields.map((field) => [field.name, field]));
  const changes: TableColumnChange[] = [];
  let nextId = table.metadata.lastColumnId + 1;
  for (const { name, type } of fields) {
    const wanted = spelledType(type) as PrimitiveType;
    const oldName = renamed.get(name);
    const old = known.get(name) ?? (oldName === undefined ? undefined : known.get(oldName));
    if (old === undefined) {
      changes.push({ kind: 'add', id: nextId, column: name, type: wanted });
      nextId += 1;
      continue;
    }
    if (old.name !== name) changes.push({ kind: 'rename', id: old.id, column: old.name, to: name });
    const there = spelledType(old.type);
    if (there === wanted) continue;
    if (primitiveChange(there, wanted) !== 'widen') throw unfit(table, name, there, wanted);
    changes.push({ kind: 'widen', id: old.id, column: name, from: there, to: wanted });
  }
  return changes;
}

function unfit(table: Table, column: string, found: string, expected: string): CurateError {
  const name = tableName(table.identifier);
  return new CurateError(
    `column ${column} of ${name} is ${found} and the contract says ${expected}, which the table format cannot make of it: undo the change where somebody made it by hand, else rebuild the topic`,
    { code: 'TABLE_SCHEMA_MISMATCH', context: { table: name, column, found, expected } },
  );
}
