import type { Schema } from '../schema/schema.js';
import { sourceField } from '../schema/source-field.js';
import { invalidTerm, parseTerm } from './parse-term.js';
import type { PartitionField, PartitionSpec } from './partition-spec.js';
import { parseTransform, transformResultType } from './transform.js';

const FIRST_PARTITION_FIELD_ID = 1000;
const SUFFIX: Record<string, string> = {
  bucket: '_bucket',
  truncate: '_trunc',
  year: '_year',
  month: '_month',
  day: '_day',
  hour: '_hour',
  void: '_null',
};

/**
 * Builds a partition spec from texts such as `region`, `day(ts)`, `bucket(16, id)`. Field names are those the
 * reference implementation gives (`ts_day`, `id_bucket`). Throws `INVALID_ARGUMENT` or `COLUMN_NOT_FOUND`.
 */
export function parsePartitionBy(schema: Schema, partitionBy: readonly string[]): PartitionSpec {
  const fields = partitionBy.map((text, index): PartitionField => {
    const { sourceId, transform, name } = resolveTerm(schema, text);
    return { sourceId, fieldId: FIRST_PARTITION_FIELD_ID + index, name, transform };
  });
  for (const [index, field] of fields.entries()) {
    if (fields.findIndex((other) => other.name === field.name) !== index)
      throw invalid(partitionBy[index]!, `it gives the name "${field.name}" a second time`);
    checkPartitionName(schema, field, partitionBy[index]!);
  }
  return { specId: 0, fields };
}

/** What a text such as `bucket(16, id)` means of a schema, and the name it would get. */
export function resolveTerm(
  schema: Schema,
  text: string,
): { sourceId: number; transform: string; name: string } {
  const { transform, column } = parseTerm(text, 'partitioning');
  const source = sourceField(schema, column);
  const parsed = parseTransform(transform);
  transformResultType(parsed, source.type);
  return { sourceId: source.id, transform, name: `${column}${SUFFIX[parsed.name] ?? ''}` };
}

/** A partition field may have the name of a column only where it holds that column as it is. */
export function checkPartitionName(
  schema: Schema,
  field: { readonly name: string; readonly sourceId: number; readonly transform: string },
  text: string,
): void {
  const clash = schema.fields.find((column) => column.name === field.name);
  if (clash === undefined) return;
  if (field.transform === 'identity' && clash.id === field.sourceId) return;
  throw invalid(text, `its name "${field.name}" is already the name of a column`);
}

function invalid(text: string, reason: string): Error {
  return invalidTerm(text, reason, 'partitioning');
}
