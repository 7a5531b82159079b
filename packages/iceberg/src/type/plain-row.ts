import { IcebergError } from '../error.js';
import { fieldNotFound } from '../schema/find-field.js';
import { describeValue, tagOf } from '../util/describe-value.js';
import type { NestedField } from './iceberg-type.js';

/** A row as a plain object; the values are those that `batchFromRows` takes. */
export type PlainRow = Readonly<Record<string, unknown>>;

/**
 * What is taken for a row: a plain object, a value of an interface, an instance of a class. What can be iterated
 * (arrays, maps, bytes) is none.
 */
export type RowLike = PlainRow | (object & { readonly [Symbol.iterator]?: undefined });

/** Objects that hold something else than fields. */
const NO_RECORDS = new Set([
  'Array',
  'ArrayBuffer',
  'Boolean',
  'DataView',
  'Date',
  'Map',
  'Number',
  'Promise',
  'RegExp',
  'Set',
  'SharedArrayBuffer',
  'String',
  'WeakMap',
  'WeakRef',
  'WeakSet',
]);

const knownNames = new WeakMap<readonly NestedField[], ReadonlySet<string>>();

/**
 * The object that a row or a struct is, or `null` for anything else. `where` is the path of a struct, empty for a row.
 * Throws `COLUMN_NOT_FOUND` for a key that no field has.
 */
export function recordOf(value: unknown, fields: readonly NestedField[], where: string): PlainRow | null {
  if (typeof value !== 'object' || value === null) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  if (!plain && (ArrayBuffer.isView(value) || NO_RECORDS.has(tagOf(value)))) return null;
  const names = namesOf(fields);
  const keys = Object.keys(value);
  // Getters of a class are no keys; an object that has none of the fields, such as a URL, is something else.
  if (!plain && keys.length === 0 && !fields.some(({ name }) => name in value)) return null;
  for (const key of keys) if (!names.has(key)) throw fieldNotFound(where, key, fields);
  return value as PlainRow;
}

/** Throws `TYPE_MISMATCH` for what is no row of `fields`, else as {@link recordOf}. */
export function rowOf(value: unknown, fields: readonly NestedField[]): PlainRow {
  const record = recordOf(value, fields, '');
  if (record !== null) return record;
  throw new IcebergError(`${describeValue(value)} is no row; give an object with the columns as its keys.`, {
    code: 'TYPE_MISMATCH',
    context: {},
  });
}

function namesOf(fields: readonly NestedField[]): ReadonlySet<string> {
  const known = knownNames.get(fields);
  if (known !== undefined) return known;
  const names = new Set(fields.map(({ name }) => name));
  knownNames.set(fields, names);
  return names;
}
