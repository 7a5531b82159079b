import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import type { NestedField, NewField, Snapshot, Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { spelledType } from '../evolve/primitive-change.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import { tableName } from './names.js';
import { CARRIED_COLUMNS, envelopeFields, STANDARDIZED_OWN } from './own-columns.js';
import { KEYS } from './properties.js';

/**
 * Whether RAW is a table of envelopes, now and at the snapshot that is to be read.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` naming table, column and remedy.
 */
export function checkRawTable(raw: Table, to: Snapshot | null): void {
  const { schemas } = raw.metadata;
  const read = schemas.find(({ schemaId }) => schemaId === to?.schemaId) ?? raw.schema();
  const remedy =
    'give the table that column back as it was (its rows are the only copy of what was received), or name the right table';
  for (const { fields } of new Set([raw.schema(), read])) {
    requireColumns(raw, fields, envelopeFields(ENVELOPE_COLUMNS), remedy);
    const needed = new Set<string>(
      ENVELOPE_COLUMNS.filter(({ required }) => required).map(({ name }) => name),
    );
    const optional = fields.find(({ name, required }) => needed.has(name) && !required);
    // A null would be taken for an empty text, or for the first instant there is.
    if (optional !== undefined)
      throw mismatch(raw, optional.name, 'is optional and should be required', remedy);
  }
}

const HANDS_OFF =
  'only the jobs change this table: undo the change (the snapshot before it has the schema as it was), or rebuild the topic';

/**
 * Whether Standardized has the columns that the job gave it, and no others: a column that was dropped, renamed, retyped
 * or added by hand would be filled with nulls in silence.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` naming table, column and remedy.
 */
export function checkStandardizedTable(table: Table): void {
  const paths = JSON.parse(table.properties[KEYS.columnPaths] ?? '{}') as Record<string, string>;
  const payload = Object.keys(paths).map((name) => ({ name, type: 'string' as const }));
  const expected = [...envelopeFields(CARRIED_COLUMNS), ...STANDARDIZED_OWN, ...payload];
  const { fields } = table.schema();
  requireColumns(table, fields, expected, HANDS_OFF);
  const known = new Set([...expected.map(({ name }) => name), OVERFLOW_COLUMN]);
  const added = fields.find(({ name }) => !known.has(name));
  if (added !== undefined) throw mismatch(table, added.name, 'was added by hand', HANDS_OFF);
}

/**
 * Whether a table of ours has its columns, and needs no value for any other.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` naming table, column and remedy.
 */
export function checkOwnTable(table: Table, expected: readonly NewField[]): void {
  const { fields } = table.schema();
  requireColumns(table, fields, expected, HANDS_OFF);
  const known = new Set(expected.map(({ name }) => name));
  const added = fields.find(({ name, required }) => required && !known.has(name));
  if (added !== undefined) throw mismatch(table, added.name, 'is required and was added by hand', HANDS_OFF);
}

function requireColumns(
  table: Table,
  fields: readonly NestedField[],
  expected: readonly NewField[],
  remedy: string,
): void {
  const types = new Map(fields.map(({ name, type }) => [name, spelledType(type)]));
  for (const { name, type } of expected) {
    const there = types.get(name);
    const wanted = spelledType(type);
    if (there === wanted) continue;
    if (there === undefined) throw mismatch(table, name, `is missing, it should be ${wanted}`, remedy);
    throw mismatch(table, name, `is ${there} and should be ${wanted}`, remedy);
  }
}

function mismatch(table: Table, column: string, what: string, remedy: string): CurateError {
  const name = tableName(table.identifier);
  return new CurateError(`column ${column} of table ${name} ${what}: ${remedy}. Nothing was written`, {
    code: 'TABLE_SCHEMA_MISMATCH',
    context: { table: name, column },
  });
}
