import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import type { AnyValue } from '../type/value.js';

/**
 * A field with those parts only that have one of some ids, or `null` where none has. Of a struct that is named itself
 * all is kept; so is all of a map whose key is named. The same object where nothing is left out.
 */
export function pruneField(field: NestedField, ids: ReadonlySet<number>): NestedField | null {
  if (ids.has(field.id)) return field;
  const type = prunedType(field.type, ids);
  if (type === null || type === field.type) return type === null ? null : field;
  const { initialDefault, writeDefault, ...rest } = field;
  const pruned = (value: AnyValue): AnyValue => prunedValue(value, field.type, type);
  return {
    ...rest,
    type,
    ...(initialDefault === undefined ? {} : { initialDefault: pruned(initialDefault) }),
    ...(writeDefault === undefined ? {} : { writeDefault: pruned(writeDefault) }),
  };
}

function prunedType(type: IcebergType, ids: ReadonlySet<number>): IcebergType | null {
  if (isPrimitive(type)) return null;
  if (type.type === 'struct') {
    const fields = type.fields.flatMap((field) => pruneField(field, ids) ?? []);
    if (fields.length === 0) return null;
    const isWhole =
      fields.length === type.fields.length && fields.every((field, at) => field === type.fields[at]);
    return isWhole ? type : { ...type, fields };
  }
  if (type.type === 'list') {
    if (ids.has(type.elementId)) return type;
    const element = prunedType(type.element, ids);
    if (element === null) return null;
    return element === type.element ? type : { ...type, element };
  }
  if (ids.has(type.valueId)) return type;
  const value = prunedType(type.value, ids);
  if (value === null) return ids.has(type.keyId) ? type : null;
  return value === type.value ? type : { ...type, value };
}

/** A default, which holds values by the places of fields, for the fields that are left. */
function prunedValue(value: AnyValue, from: IcebergType, to: IcebergType): AnyValue {
  if (!Array.isArray(value) || isPrimitive(from) || isPrimitive(to) || from === to) return value;
  const items = value as readonly AnyValue[];
  if (from.type === 'struct' && to.type === 'struct') {
    return to.fields.map((field) => {
      const place = from.fields.findIndex((candidate) => candidate.id === field.id);
      return prunedValue(items[place] ?? null, from.fields[place]!.type, field.type);
    });
  }
  if (from.type === 'list' && to.type === 'list')
    return items.map((item) => prunedValue(item, from.element, to.element));
  if (from.type === 'map' && to.type === 'map') {
    return (items as readonly (readonly AnyValue[])[]).map(([key = null, item = null]) => [
      key,
      prunedValue(item, from.value, to.value),
    ]);
  }
  return value;
}

/** Ids of a field's innermost parts: those by which {@link pruneField} keeps it as it is. */
export function partIds(field: Pick<NestedField, 'id' | 'type'>, into: Set<number>): void {
  const { id, type } = field;
  if (isPrimitive(type)) into.add(id);
  else if (type.type === 'list') partIds({ id: type.elementId, type: type.element }, into);
  else if (type.type === 'map') {
    into.add(type.keyId);
    partIds({ id: type.valueId, type: type.value }, into);
  } else {
    if (type.fields.length === 0) into.add(id);
    for (const child of type.fields) partIds(child, into);
  }
}

/** Where a field is found in rows: a column and the places of children below it, outermost first. */
export interface StructPath {
  readonly column: NestedField;
  readonly places: readonly number[];
}

/** The way to a column, or through structs to a field, by id; `null` where no column has it, or one in a list or map. */
export function structPath(columns: Iterable<NestedField>, id: number): StructPath | null {
  for (const column of columns) {
    const places = placesOf(column, id);
    if (places !== null) return { column, places };
  }
  return null;
}

function placesOf(field: NestedField, id: number): readonly number[] | null {
  if (field.id === id) return [];
  if (isPrimitive(field.type) || field.type.type !== 'struct') return null;
  for (const [place, child] of field.type.fields.entries()) {
    const below = placesOf(child, id);
    if (below !== null) return [place, ...below];
  }
  return null;
}
