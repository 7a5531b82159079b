import type { Column } from '@aws-sdk/client-glue';
import { IcebergError } from '../../error.js';
import type { TableMetadata } from '../../metadata/table-metadata.js';
import type { IcebergType } from '../../type/iceberg-type.js';
import { isPrimitive } from '../../type/primitive.js';

/** Glue's limit for names and comments of columns. */
const MAX_LENGTH = 255;

/** The current schema as Glue shows it to Athena and others. Throws `INVALID_NAME` for names Glue cannot hold. */
export function glueColumns(metadata: TableMetadata): Column[] {
  const schema = metadata.schemas.find(({ schemaId }) => schemaId === metadata.currentSchemaId);
  return (schema?.fields ?? []).map((field) => {
    if (field.name.length > MAX_LENGTH) {
      throw new IcebergError(
        `The column name "${field.name.slice(0, 40)}…" has ${field.name.length} characters; Glue allows ${MAX_LENGTH}.`,
        { code: 'INVALID_NAME', context: { name: field.name, outcome: 'not-written' } },
      );
    }
    return {
      Name: field.name,
      Type: glueType(field.type),
      ...(field.doc === undefined ? {} : { Comment: cut(field.doc) }),
      Parameters: {
        'iceberg.field.id': String(field.id),
        'iceberg.field.optional': String(!field.required),
        'iceberg.field.current': 'true',
      },
    };
  });
}

/** At most 255 characters, never half of a surrogate pair. */
function cut(comment: string): string {
  if (comment.length <= MAX_LENGTH) return comment;
  const whole = comment.slice(0, MAX_LENGTH);
  return /[\uD800-\uDBFF]$/.test(whole) ? whole.slice(0, -1) : whole;
}

/** The Hive type that stands for an Iceberg type. */
export function glueType(type: IcebergType): string {
  if (isPrimitive(type)) return primitiveType(type);
  switch (type.type) {
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${glueType(field.type)}`).join(',')}>`;
    case 'list':
      return `array<${glueType(type.element)}>`;
    case 'map':
      return `map<${glueType(type.key)},${glueType(type.value)}>`;
  }
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  long: 'bigint',
  time: 'string',
  uuid: 'string',
  timestamptz: 'timestamp',
  timestamp_ns: 'timestamp',
  timestamptz_ns: 'timestamp',
};

function primitiveType(type: string): string {
  if (type.startsWith('fixed')) return 'binary';
  return PRIMITIVES[type] ?? type.replaceAll(' ', '');
}
