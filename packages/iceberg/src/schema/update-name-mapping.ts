import type { IcebergType, NestedField } from '../type/iceberg-type.js';
import { isPrimitive } from '../type/primitive.js';
import type { MappedField } from './name-mapping.js';

/**
 * The name mapping of files without field ids after a schema change: renamed fields are found by their new name too,
 * added ones by theirs, and a name that another field has now leads to that one.
 */
export function updateNameMapping(
  mapping: readonly MappedField[],
  fields: readonly NestedField[],
  added: ReadonlySet<number>,
): MappedField[] {
  const ids = new Map(fields.map((field) => [field.name, field.id]));
  const kept = mapping.map((mapped): MappedField => {
    const field = fields.find(({ id }) => id === mapped.fieldId);
    // A name that is now another field's.
    const names = mapped.names.filter((name) => {
      const owner = ids.get(name);
      return owner === undefined || owner === mapped.fieldId || !isMapped(owner, mapping, added);
    });
    if (field === undefined) return { ...mapped, names };
    return {
      ...mapped,
      names: names.includes(field.name) ? names : [...names, field.name],
      fields: updateNameMapping(mapped.fields, childrenOf(field.type), added),
    };
  });
  const present = new Set(mapping.map(({ fieldId }) => fieldId));
  const fresh = fields
    .filter(({ id }) => added.has(id) && !present.has(id))
    .map(
      (field): MappedField => ({
        fieldId: field.id,
        names: [field.name],
        fields: mappingOf(childrenOf(field.type)),
      }),
    );
  return [...kept, ...fresh];
}

function isMapped(id: number, mapping: readonly MappedField[], added: ReadonlySet<number>): boolean {
  return added.has(id) || mapping.some(({ fieldId }) => fieldId === id);
}

function mappingOf(fields: readonly NestedField[]): MappedField[] {
  return fields.map(({ id, name, type }) => ({
    fieldId: id,
    names: [name],
    fields: mappingOf(childrenOf(type)),
  }));
}

function childrenOf(type: IcebergType): readonly NestedField[] {
  if (isPrimitive(type)) return [];
  if (type.type === 'struct') return type.fields;
  if (type.type === 'list')
    return [{ id: type.elementId, name: 'element', required: type.elementRequired, type: type.element }];
  return [
    { id: type.keyId, name: 'key', required: true, type: type.key },
    { id: type.valueId, name: 'value', required: type.valueRequired, type: type.value },
  ];
}

/** The property's text. */
export function printNameMapping(mapping: readonly MappedField[]): string {
  const toJson = ({ fieldId, names, fields }: MappedField): unknown => ({
    ...(fieldId === null ? {} : { 'field-id': fieldId }),
    names,
    ...(fields.length === 0 ? {} : { fields: fields.map(toJson) }),
  });
  return JSON.stringify(mapping.map(toJson));
}
