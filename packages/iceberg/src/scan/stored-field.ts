import { type Schema as ArrowSchema, DataType, type Field } from 'apache-arrow';
import { FIELD_ID_KEY } from '../arrow/arrow-schema.js';
import type { MappedField } from '../schema/name-mapping.js';

/**
 * A column or nested field as a file stores it. The children of a struct are its fields, of a list its element, of a
 * map its key and value.
 */
export interface StoredField {
  /** `null` where neither the file nor the name mapping gives one. */
  readonly id: number | null;
  readonly name: string;
  readonly children: readonly StoredField[];
}

/** The columns of a file and where their ids come from. */
export interface StoredColumns {
  readonly fields: readonly StoredField[];
  /** Whether the file itself holds field ids; one without any is read by the table's name mapping. */
  readonly hasIds: boolean;
}

export function storedColumns(schema: ArrowSchema, mapping: readonly MappedField[] | null): StoredColumns {
  const hasIds = schema.fields.some(holdsId);
  return {
    fields: schema.fields.map((field) => storedField(field, hasIds ? null : (mapping ?? []))),
    hasIds,
  };
}

function holdsId(field: Field): boolean {
  return field.metadata.has(FIELD_ID_KEY) || childFields(field).some(holdsId);
}

/** `mapping` is `null` where the file's own ids count. */
function storedField(field: Field, mapping: readonly MappedField[] | null): StoredField {
  const mapped = mapping?.find((candidate) => candidate.names.includes(field.name));
  const type = field.type as DataType;
  return {
    id: mapping === null ? ownId(field) : (mapped?.fieldId ?? null),
    name: field.name,
    children: childFields(field).map((child, position) => {
      if (mapping === null) return storedField(child, null);
      const nested = mapped?.fields ?? [];
      // Writers name elements and entries differently; the mapping calls them element, key and value.
      if (DataType.isStruct(type)) return storedField(child, nested);
      const name = DataType.isMap(type) ? (['key', 'value'][position] ?? '') : 'element';
      const wanted = nested.find((candidate) => candidate.names.includes(name));
      return storedField(child, wanted === undefined ? [] : [{ ...wanted, names: [child.name] }]);
    }),
  };
}

function ownId(field: Field): number | null {
  const text = field.metadata.get(FIELD_ID_KEY);
  return text === undefined ? null : Number(text);
}

function childFields(field: Field): readonly Field[] {
  const type = field.type as DataType;
  if (DataType.isMap(type)) return (type.children[0]?.type as DataType | undefined)?.children ?? [];
  return (type.children as readonly Field[] | null) ?? [];
}
