import type { NewType } from '@lean-ops/iceberg';

/** What becomes of a primitive type in a table when rows have another one. */
export type PrimitiveChange = 'none' | 'widen' | 'widen-in-version-3' | 'scale' | 'refused';

const DECIMAL = /^decimal\((\d+),(\d+)\)$/;

/** Iceberg's rules of promotion (table spec, "Schema Evolution"), in both directions: a wider column holds rows as they are. */
export function primitiveChange(table: string, rows: string): PrimitiveChange {
  const [from, to] = [spelled(table), spelled(rows)];
  if (from === to || isUuid(from, to)) return 'none';
  if (from === 'int' && to === 'long') return 'widen';
  if (from === 'float' && to === 'double') return 'widen';
  if ((from === 'long' && to === 'int') || (from === 'double' && to === 'float')) return 'none';
  if (from === 'date' && (to === 'timestamp' || to === 'timestamp_ns')) return 'widen-in-version-3';
  const [before, after] = [DECIMAL.exec(from), DECIMAL.exec(to)];
  if (before === null || after === null) return 'refused';
  if (before[2] !== after[2]) return 'scale';
  return Number(after[1]) > Number(before[1]) ? 'widen' : 'none';
}

/** Arrow has no type of its own for a UUID. */
function isUuid(table: string, rows: string): boolean {
  return table === 'uuid' && rows === 'fixed[16]';
}

function spelled(type: string): string {
  return type.replaceAll(/\s/g, '');
}

/** A type as messages show it; nested types without ids and docs, so that equal ones are spelled alike. */
export function spelledType(type: NewType): string {
  if (typeof type === 'string') return spelled(type);
  if (type.type === 'list') return `list<${spelledType(type.element)}${mark(type.elementRequired)}>`;
  if (type.type === 'map')
    return `map<${spelledType(type.key)},${spelledType(type.value)}${mark(type.valueRequired)}>`;
  return `struct<${type.fields
    .map((field) => `${field.name}:${spelledType(field.type)}${mark(field.required)}`)
    .join(',')}>`;
}

function mark(required: boolean | undefined): string {
  return required === true ? '!' : '';
}
