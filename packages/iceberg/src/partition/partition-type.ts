import { primitiveTypeOf } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import type { PartitionField, PartitionSpec } from './partition-spec.js';
import { parseTransform, type Transform, transformResultType } from './transform.js';

/** A partition field with everything needed to compute and compare its values. */
export interface ResolvedPartitionField extends PartitionField {
  readonly parsed: Transform;
  /** `null` when the source column has been dropped. */
  readonly sourceType: PrimitiveType | null;
  readonly resultType: PrimitiveType;
}

/**
 * Resolves a spec against the schemas of a table, newest first: a column that an old spec partitions by may have
 * been dropped since.
 */
export function resolvePartitionFields(
  spec: PartitionSpec,
  schemas: readonly Schema[],
): ResolvedPartitionField[] {
  return spec.fields.map((field) => {
    const parsed = parseTransform(field.transform);
    let sourceType: PrimitiveType | null = null;
    for (const schema of schemas) {
      sourceType ??= primitiveTypeOf(schema, field.sourceId);
    }
    const resultType = sourceType === null ? 'string' : transformResultType(parsed, sourceType);
    return { ...field, parsed, sourceType, resultType };
  });
}
