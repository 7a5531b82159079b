import { IcebergError } from '../../error.js';
import type { Schema } from '../../schema/schema.js';
import type { IcebergType, MapType, NestedField, PrimitiveType } from '../../type/iceberg-type.js';
import { describeType, isPrimitive, primitiveKind } from '../../type/primitive.js';
import { ExactNumber, integerOf, plainNumber } from './exact-number.js';

/** Takes a parsed value to what `batchFromRows` takes for the type. Never sees null. */
type Convert = (value: unknown, where: string) => unknown;

/**
 * Makes rows of a table out of parsed JSON objects, in the spelling that `scan` prints them. Nothing is rounded, and
 * what a row has too much is refused. The function throws `TYPE_MISMATCH`, `COLUMN_NOT_FOUND`.
 */
export function jsonRowConverter(schema: Schema): (parsed: object) => Record<string, unknown> {
  const convert = structConverter(schema.fields);
  return (parsed) => convert(parsed, '') as Record<string, unknown>;
}

function structConverter(fields: readonly NestedField[]): Convert {
  const converters = new Map(fields.map((field) => [field.name, converterOf(field.type)]));
  return (value, where) => {
    if (!isObject(value)) throw mismatch(value, where, 'struct');
    const row: [string, unknown][] = [];
    for (const [name, member] of Object.entries(value)) {
      const path = where === '' ? name : `${where}.${name}`;
      const convert = converters.get(name);
      if (convert === undefined) throw unknownField(path, where, converters.keys());
      row.push([name, member === null ? null : convert(member, path)]);
    }
    return Object.fromEntries(row);
  };
}

function converterOf(type: IcebergType): Convert {
  if (isPrimitive(type)) return primitiveConverter(type);
  if (type.type === 'struct') return structConverter(type.fields);
  if (type.type === 'map') return mapConverter(type);
  const element = converterOf(type.element);
  return (value, where) => {
    if (!Array.isArray(value)) throw mismatch(value, where, describeType(type));
    return value.map((item: unknown) => (item === null ? null : element(item, `${where}.element`)));
  };
}

/** An object by its keys' text, or a list of `{"key": …, "value": …}`. */
function mapConverter(type: MapType): Convert {
  const toKey = converterOf(type.key);
  const toValue = converterOf(type.value);
  const entry = (key: unknown, value: unknown, where: string): [unknown, unknown] => [
    toKey(key, `${where}.key`),
    value === null ? null : toValue(value, `${where}.value`),
  ];
  return (value, where) => {
    if (isObject(value)) {
      if (!isPrimitive(type.key)) throw mismatch(value, where, describeType(type));
      const keyOf = keyReader(type.key);
      return new Map(Object.entries(value).map(([key, item]) => entry(keyOf(key), item, where)));
    }
    if (!Array.isArray(value)) throw mismatch(value, where, describeType(type));
    return new Map(
      value.map((item: unknown) => {
        if (!isObject(item) || !('key' in item) || !('value' in item))
          throw mismatch(item, where, 'map entry {"key": …, "value": …}');
        return entry(item['key'], item['value'], where);
      }),
    );
  };
}

/** Keys of objects are texts; what they say is of the key's type. */
function keyReader(type: PrimitiveType): (key: string) => unknown {
  const { kind } = primitiveKind(type);
  if (kind === 'boolean') return (key) => (key === 'true' ? true : key === 'false' ? false : key);
  return kind === 'float' || kind === 'double'
    ? (key) => (plainNumber(key) === null ? key : new ExactNumber(key))
    : (key) => key;
}

function primitiveConverter(type: PrimitiveType): Convert {
  const { kind } = primitiveKind(type);
  switch (kind) {
    case 'int':
    case 'long':
      return (value, where) => {
        if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
        const text = numberText(value);
        const integer = text === null ? null : integerOf(text);
        if (integer === null) throw mismatch(value, where, type);
        return integer;
      };
    case 'float':
    case 'double':
      return floatConverter(type, kind === 'float');
    case 'decimal':
      return (value, where) => {
        const text = numberText(value);
        const plain = text === null ? null : plainNumber(text);
        if (plain === null) throw mismatch(value, where, type);
        return plain;
      };
    case 'fixed':
    case 'binary':
      return (value, where) => {
        if (
          typeof value === 'string' &&
          /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
        )
          return new Uint8Array(Buffer.from(value, 'base64'));
        throw mismatch(value, where, `${type}, which is written in base64`);
      };
    case 'boolean':
      return (value, where) => {
        if (typeof value === 'boolean') return value;
        throw mismatch(value, where, type);
      };
    case 'string':
      return (value, where) => {
        if (typeof value === 'string') return value;
        throw mismatch(value, where, type);
      };
    default:
      // Dates, times, uuids. A number of seconds, milliseconds or microseconds does not say which it is.
      return (value, where) => {
        if (typeof value === 'string') return value;
        throw mismatch(value, where, `${type}, which is written as text`);
      };
  }
}

function floatConverter(type: PrimitiveType, single: boolean): Convert {
  return (value, where) => {
    if (value === 'NaN') return Number.NaN;
    if (value === 'Infinity' || value === '-Infinity') return Number(value);
    const number =
      typeof value === 'number' ? value : value instanceof ExactNumber ? Number(value.text) : Number.NaN;
    // What is too large for the type must not become infinite.
    if (!Number.isFinite(single ? Math.fround(number) : number)) throw mismatch(value, where, type);
    return number;
  };
}

/** A number however it is written: as a number, or as text so that nobody rounds it on the way. */
function numberText(value: unknown): string | null {
  if (value instanceof ExactNumber) return value.text;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

function mismatch(value: unknown, where: string, type: string): IcebergError {
  const shown = value instanceof ExactNumber ? value.text : (JSON.stringify(value) ?? String(value));
  const cut = shown.length > 100 ? `${shown.slice(0, 100)}…` : shown;
  return new IcebergError(`The value ${cut} does not fit column "${where}" of type ${type}.`, {
    code: 'TYPE_MISMATCH',
    context: { column: where, type },
  });
}

function unknownField(path: string, where: string, names: Iterable<string>): IcebergError {
  const known = [...names].slice(0, 40).join(', ');
  return new IcebergError(
    `There is no ${where === '' ? 'column' : 'field'} "${path}"; there ${where === '' ? 'are' : 'are below it'} ${known}.`,
    { code: 'COLUMN_NOT_FOUND', context: { column: path } },
  );
}
