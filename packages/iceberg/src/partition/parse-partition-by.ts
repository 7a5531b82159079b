import { IcebergError } from '../error.js';
import { findPrimitiveColumn } from '../schema/find-field.js';
import type { Schema } from '../schema/schema.js';
import type { PartitionField, PartitionSpec } from './partition-spec.js';
import { parseTransform, transformResultType } from './transform.js';

const FIRST_PARTITION_FIELD_ID = 1000;
const PATTERN =
  /^\s*(?:(year|month|day|hour|identity)\(\s*(.+?)\s*\)|(bucket|truncate)\(\s*(\d+)\s*,\s*(.+?)\s*\)|([^()]+?))\s*$/;
const SUFFIX: Record<string, string> = {
  bucket: '_bucket',
  truncate: '_trunc',
  year: '_year',
  month: '_month',
  day: '_day',
  hour: '_hour',
};

/**
 * Builds a partition spec from texts such as `region`, `day(ts)`, `bucket(16, id)`. Field names are those the
 * reference implementation gives (`ts_day`, `id_bucket`). Throws `INVALID_ARGUMENT` or `COLUMN_NOT_FOUND`.
 */
export function parsePartitionBy(schema: Schema, partitionBy: readonly string[]): PartitionSpec {
  const fields = partitionBy.map((text, index): PartitionField => {
    const { transform, column } = parseOne(text);
    const source = findPrimitiveColumn(schema, column);
    const parsed = parseTransform(transform);
    transformResultType(parsed, source.type);
    return {
      sourceId: source.id,
      fieldId: FIRST_PARTITION_FIELD_ID + index,
      name: `${column}${SUFFIX[parsed.name] ?? ''}`,
      transform,
    };
  });
  for (const [index, field] of fields.entries()) {
    if (fields.findIndex((other) => other.name === field.name) !== index) {
      throw invalid(partitionBy[index]!, `it gives the name "${field.name}" a second time`);
    }
    const clash = schema.fields.find((column) => column.name === field.name);
    if (clash !== undefined && field.transform !== 'identity') {
      throw invalid(partitionBy[index]!, `its name "${field.name}" is already the name of a column`);
    }
  }
  return { specId: 0, fields };
}

function parseOne(text: string): { transform: string; column: string } {
  const match = PATTERN.exec(text);
  if (!match) {
    throw invalid(
      text,
      'expected a column, year|month|day|hour(column), bucket(n, column) or truncate(n, column)',
    );
  }
  if (match[1] !== undefined) return { transform: match[1], column: match[2]! };
  if (match[3] !== undefined) {
    if (Number(match[4]) < 1) throw invalid(text, 'the number must be at least 1');
    return { transform: `${match[3]}[${Number(match[4])}]`, column: match[5]! };
  }
  return { transform: 'identity', column: match[6]! };
}

function invalid(text: string, reason: string): IcebergError {
  return new IcebergError(`The partitioning "${text}" is not valid: ${reason}.`, {
    code: 'INVALID_ARGUMENT',
    context: { partitionBy: text },
  });
}
