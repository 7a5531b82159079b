import { IcebergError } from '../error.js';
import { isRecord } from '../metadata/json-fields.js';

/** Table property that holds the mapping of column names to field ids. */
export const NAME_MAPPING_PROPERTY = 'schema.name-mapping.default';

/** Names a column may have in files that were written without field ids (spec, "Column Projection", name mapping). */
export interface MappedField {
  /** `null` for a column that the table does not have. */
  readonly fieldId: number | null;
  readonly names: readonly string[];
  readonly fields: readonly MappedField[];
}

/**
 * The name mapping of a table, or `null` where there is none. A property that is JSON but no list maps nothing, as
 * other readers have it. Throws `INVALID_METADATA`.
 */
export function nameMappingOf(properties: Readonly<Record<string, string>>): readonly MappedField[] | null {
  const text = properties[NAME_MAPPING_PROPERTY];
  if (text === undefined) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new IcebergError(`The table property ${NAME_MAPPING_PROPERTY} is not valid JSON.`, {
      code: 'INVALID_METADATA',
      context: { property: NAME_MAPPING_PROPERTY },
      cause,
    });
  }
  return Array.isArray(json) ? json.filter(isRecord).map(mappedField) : null;
}

function mappedField(json: Readonly<Record<string, unknown>>): MappedField {
  const id = json['field-id'];
  const names: unknown[] = Array.isArray(json['names']) ? json['names'] : [];
  const fields: unknown[] = Array.isArray(json['fields']) ? json['fields'] : [];
  return {
    fieldId: typeof id === 'number' ? id : null,
    names: names.filter((name) => typeof name === 'string'),
    fields: fields.filter(isRecord).map(mappedField),
  };
}
