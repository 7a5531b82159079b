import type { NestedField, NewField, NewType, PrimitiveType, SchemaChange } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { primitiveChange, spelledType } from './primitive-change.js';

/** A column that rows to be written have. */
export interface EvolvingColumn {
  readonly name: string;
  /** Default `string`: what flattening gives. */
  readonly type?: NewType;
  readonly required?: boolean;
  readonly doc?: string;
  /** JSON path of a flattened column: becomes the doc where there is none. */
  readonly path?: string;
}

/** One additive change; nested columns by their path of names, joined by dots. */
export type ColumnChange =
  | { readonly kind: 'add'; readonly column: string; readonly type: NewType; readonly doc?: string }
  | { readonly kind: 'widen'; readonly column: string; readonly from: string; readonly to: PrimitiveType };

export type RefusalCode =
  /** Rows that are there could not be read as the new type, or rows to come not be written as the old one. */
  | 'TYPE_CHANGED'
  /** The digits behind a decimal's point are not those of the table. */
  | 'SCALE_CHANGED'
  /** A new column must not be required: rows that are there have no value. */
  | 'REQUIRED_ADDED'
  /** Two columns differ in upper and lower case only: engines that do not tell case apart cannot read both. */
  | 'NAME_TAKEN'
  /** Two of the columns given have one name. */
  | 'NAME_TWICE'
  /** The type, or the change, needs a table of format version 3. */
  | 'FORMAT_VERSION';

/** A change that would break rows: nothing of the evolution is to be made until it is settled. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly column: string;
  /** Type in the table; null where it has no such column. */
  readonly from: string | null;
  readonly to: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** What a table must become before rows with some columns can be written to it. */
export interface SchemaEvolution {
  readonly changes: readonly ColumnChange[];
  readonly refusals: readonly Refusal[];
  /**
   * Makes the changes: `table.updateSchema((change) => evolution.apply(change))`.
   *
   * @throws {CurateError} `EVOLUTION_REFUSED`, with every refusal in `context.refusals`, before anything is changed.
   */
  apply(change: SchemaChange): void;
}

export interface EvolveOptions {
  /** Format version of the table. Default 2. */
  readonly formatVersion?: 2 | 3;
}

/**
 * Compares a table's schema with the columns that rows have: the additive changes that the table needs, and a typed
 * refusal for each that would break rows.
 *
 * Columns are matched by name. New ones are added as optional; int becomes long, float double, a decimal longer where
 * rows need it, and a date a timestamp in format version 3; structs are gone into. A column whose type the table
 * holds in a wider one needs no change, and columns that rows do not have stay.
 *
 * @example
 * const { changes, refusals } = evolve(table.schema(), part.columns, { formatVersion: 2 });
 * // changes: [{ kind: 'add', column: 'event_userid', type: 'string', doc: '$.event.userId' }]
 */
export function evolve(
  schema: { readonly fields: readonly (NestedField | NewField)[] },
  columns: readonly EvolvingColumn[],
  { formatVersion = 2 }: EvolveOptions = {},
): SchemaEvolution {
  const changes: ColumnChange[] = [];
  const refusals: Refusal[] = [];
  compareFields(schema.fields, columns, { prefix: '', formatVersion, changes, refusals });
  return {
    changes,
    refusals,
    apply: (change) => {
      if (refusals.length > 0) throw refused(refusals);
      for (const step of changes) {
        if (step.kind === 'widen') change.widenColumn(step.column, step.to);
        else change.addColumn(step.column, step.type, step.doc === undefined ? {} : { doc: step.doc });
      }
    },
  };
}

interface Comparison {
  readonly prefix: string;
  readonly formatVersion: 2 | 3;
  readonly changes: ColumnChange[];
  readonly refusals: Refusal[];
}

type TableField = NestedField | NewField;

function compareFields(
  fields: readonly TableField[],
  columns: readonly EvolvingColumn[],
  comparison: Comparison,
): void {
  const known = new Map(fields.map((field) => [field.name, field]));
  const spellings = new Map(fields.map(({ name }) => [name.toLowerCase(), name]));
  const given = new Set<string>();
  for (const column of columns) {
    const { name, type = 'string' } = column;
    const refuse = (code: RefusalCode, from: NewType | null, message: string): void => {
      comparison.refusals.push({
        code,
        column: comparison.prefix + name,
        from: from === null ? null : spelledType(from),
        to: spelledType(type),
        message: `column ${comparison.prefix}${name}: ${message}`,
      });
    };
    if (given.has(name)) {
      refuse('NAME_TWICE', null, 'two of the columns given have this name; rename one');
      continue;
    }
    given.add(name);
    const field = known.get(name);
    if (field !== undefined) {
      compareTypes(field, type, { ...comparison, refuse });
      continue;
    }
    const other = spellings.get(name.toLowerCase());
    spellings.set(name.toLowerCase(), name);
    if (other !== undefined) {
      refuse('NAME_TAKEN', null, `differs from ${other} in upper and lower case only; rename one`);
    } else if (column.required === true) {
      refuse('REQUIRED_ADDED', null, 'rows that are there have no value for it; add it as optional');
    } else if (comparison.formatVersion < 3 && needsVersionThree(type)) {
      refuse(
        'FORMAT_VERSION',
        null,
        `${spelledType(type)} needs format version 3; upgrade the table, or cast`,
      );
    } else {
      const doc = column.doc ?? column.path;
      comparison.changes.push({
        kind: 'add',
        column: comparison.prefix + name,
        type,
        ...(doc === undefined ? {} : { doc }),
      });
    }
  }
}

interface TypeComparison extends Comparison {
  refuse(code: RefusalCode, from: NewType | null, message: string): void;
}

function compareTypes(field: TableField, wanted: NewType, comparison: TypeComparison): void {
  const { type: there, name } = field;
  const { refuse, changes, formatVersion, prefix } = comparison;
  if (typeof there === 'string' && typeof wanted === 'string') {
    const change = primitiveChange(there, wanted);
    const [from, to] = [spelledType(there), spelledType(wanted)];
    if (change === 'none') return;
    if (change === 'widen') changes.push({ kind: 'widen', column: prefix + name, from, to: wanted });
    else if (change === 'widen-in-version-3' && formatVersion >= 3)
      changes.push({ kind: 'widen', column: prefix + name, from, to: wanted });
    else if (change === 'widen-in-version-3')
      refuse('FORMAT_VERSION', there, `${from} becomes ${to} in format version 3 only; upgrade the table`);
    else if (change === 'scale')
      refuse(
        'SCALE_CHANGED',
        there,
        `the table has ${from} and the rows ${to}; cast them, or write another column`,
      );
    else
      refuse(
        'TYPE_CHANGED',
        there,
        `the table has ${from} and the rows ${to}; cast them, or write another column`,
      );
    return;
  }
  if (isStruct(there) && isStruct(wanted)) {
    compareFields(there.fields, wanted.fields, { ...comparison, prefix: `${prefix}${name}.` });
    return;
  }
  if (spelledType(there) === spelledType(wanted)) return;
  refuse(
    'TYPE_CHANGED',
    there,
    `the table has ${spelledType(there)} and the rows ${spelledType(wanted)}; cast them, or write another column`,
  );
}

type StructLike = { readonly type: 'struct'; readonly fields: readonly TableField[] };

function isStruct(type: TableField['type']): type is StructLike {
  return typeof type === 'object' && type.type === 'struct';
}

function needsVersionThree(type: NewType): boolean {
  return /timestamp(tz)?_ns|"unknown"|^unknown$|variant|geometry|geography/.test(
    typeof type === 'string' ? type : JSON.stringify(type),
  );
}

function refused(refusals: readonly Refusal[]): CurateError {
  return new CurateError(
    `the schema cannot be changed, and nothing of it was: ${refusals.map(({ message }) => message).join('; ')}`,
    { code: 'EVOLUTION_REFUSED', context: { refusals } },
  );
}
