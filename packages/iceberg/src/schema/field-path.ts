import { IcebergError } from '../error.js';
import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import type { Schema } from './schema.js';

/** A field anywhere in a schema: a column, a field of a struct, a list's element, a map's key or value. */
export interface LocatedField {
  /** `a`, `address.city`, `tags.element.x`, `props.value.y`. */
  readonly path: string;
  /** Elements, keys and values are shown as the fields they are. */
  readonly field: NestedField;
  /** What holds it; `null` for a column. */
  readonly parent: LocatedField | null;
  readonly kind: 'field' | 'element' | 'key' | 'value';
}

/** Every field of a schema, columns before what is nested in them. */
function allFields(schema: Pick<Schema, 'fields'>): LocatedField[] {
  const found: LocatedField[] = [];
  let level: LocatedField[] = schema.fields.map((field) => ({
    path: field.name,
    field,
    parent: null,
    kind: 'field',
  }));
  while (level.length > 0) {
    found.push(...level);
    level = level.flatMap((located) => childrenOf(located));
  }
  return found;
}

/** Every field of a schema by path: a column whose name has a dot goes before a nested field. */
export function fieldsByPath(schema: Pick<Schema, 'fields'>): Map<string, LocatedField> {
  const found = new Map<string, LocatedField>();
  for (const located of allFields(schema)) if (!found.has(located.path)) found.set(located.path, located);
  return found;
}

/** Every field of a schema by id. */
export function fieldsById(schema: Pick<Schema, 'fields'>): Map<number, LocatedField> {
  return new Map(allFields(schema).map((located) => [located.field.id, located]));
}

function childrenOf(parent: LocatedField): LocatedField[] {
  const { type } = parent.field;
  const child = (field: NestedField, kind: LocatedField['kind']): LocatedField => ({
    path: `${parent.path}.${field.name}`,
    field,
    parent,
    kind,
  });
  if (isPrimitive(type)) return [];
  if (type.type === 'struct') return type.fields.map((field) => child(field, 'field'));
  if (type.type === 'list') {
    const { elementId: id, element, elementRequired: required } = type;
    return [child({ id, name: 'element', required, type: element }, 'element')];
  }
  return [
    child({ id: type.keyId, name: 'key', required: true, type: type.key }, 'key'),
    child({ id: type.valueId, name: 'value', required: type.valueRequired, type: type.value }, 'value'),
  ];
}

/** The field at a path. Throws `COLUMN_NOT_FOUND`, naming what there is beside it. */
export function fieldAt(schema: Pick<Schema, 'fields'>, path: string): LocatedField {
  const all = fieldsByPath(schema);
  const found = all.get(path);
  if (found !== undefined) return found;
  const parent = path.includes('.') ? path.slice(0, path.lastIndexOf('.') + 1) : '';
  const beside = [...all.keys()].filter(
    (name) => name.startsWith(parent) && !name.slice(parent.length).includes('.'),
  );
  const shown = `${beside.slice(0, 40).join(', ')}${beside.length > 40 ? ` and ${beside.length - 40} more` : ''}`;
  throw new IcebergError(`There is no column "${path}"; there is ${shown || 'none'}.`, {
    code: 'COLUMN_NOT_FOUND',
    context: { column: path },
  });
}

/** Rebuilds the fields of a schema with one field replaced by id, or taken out where `change` gives `null`. */
export function replaceField(
  fields: readonly NestedField[],
  id: number,
  change: (field: NestedField) => NestedField | null,
): NestedField[] {
  return fields.flatMap((field) => {
    if (field.id === id) return change(field) ?? [];
    const type = replaceInType(field.type, id, change);
    return type === field.type ? field : { ...field, type };
  });
}

function replaceInType(
  type: IcebergType,
  id: number,
  change: (field: NestedField) => NestedField | null,
): IcebergType {
  if (isPrimitive(type)) return type;
  if (type.type === 'struct') {
    const fields = replaceField(type.fields, id, change);
    const same =
      fields.length === type.fields.length && fields.every((field, at) => field === type.fields[at]);
    return same ? type : { ...type, fields };
  }
  // Elements, keys and values are never taken out.
  const apply = (field: NestedField): NestedField => replaceField([field], id, change)[0] ?? field;
  if (type.type === 'list') {
    const before: NestedField = {
      id: type.elementId,
      name: 'element',
      required: type.elementRequired,
      type: type.element,
    };
    const after = apply(before);
    return after === before ? type : { ...type, element: after.type, elementRequired: after.required };
  }
  const key: NestedField = { id: type.keyId, name: 'key', required: true, type: type.key };
  const value: NestedField = {
    id: type.valueId,
    name: 'value',
    required: type.valueRequired,
    type: type.value,
  };
  const [newKey, newValue] = [apply(key), apply(value)];
  if (newKey === key && newValue === value) return type;
  return { ...type, key: newKey.type, value: newValue.type, valueRequired: newValue.required };
}
