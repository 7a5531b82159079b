import { invalidTerm, parseTerm } from '../partition/parse-term.js';
import { parseTransform, transformResultType } from '../partition/transform.js';
import type { Schema } from '../schema/schema.js';
import { sourceField } from '../schema/source-field.js';
import type { SortField, SortOrder } from './sort-order.js';

const PATTERN = /^(.*?)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i;

/**
 * Builds a sort order from texts such as `ts`, `ts desc`, `region asc nulls last`, `bucket(16, id)`. Without a word on
 * them, nulls come first in an ascending order and last in a descending one. No text: unsorted, order 0.
 *
 * Throws `INVALID_ARGUMENT`, `COLUMN_NOT_FOUND`, `TYPE_MISMATCH`.
 */
export function parseSortBy(schema: Schema, sortBy: readonly string[]): SortOrder {
  return {
    orderId: sortBy.length === 0 ? 0 : 1,
    fields: sortBy.map((text): SortField => {
      const [, term = '', direction = 'asc', nulls] = PATTERN.exec(text)!;
      const { transform, column } = parseTerm(term, 'sort order');
      if (transform === 'void') throw invalidTerm(text, 'all values of void are alike', 'sort order');
      const source = sourceField(schema, column);
      transformResultType(parseTransform(transform), source.type);
      const descending = direction.toLowerCase() === 'desc';
      const nullsFirst = nulls === undefined ? !descending : nulls.toLowerCase() === 'first';
      return {
        transform,
        sourceId: source.id,
        direction: descending ? 'desc' : 'asc',
        nullOrder: nullsFirst ? 'nulls-first' : 'nulls-last',
      };
    }),
  };
}
