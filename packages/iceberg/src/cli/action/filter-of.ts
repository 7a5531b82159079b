import type { IcebergErrorCode } from '../../error.js';
import { bindExpression } from '../../expression/bind.js';
import type { Expression } from '../../expression/expression.js';
import { parseFilter } from '../../expression/parse-filter.js';
import type { Schema } from '../../schema/schema.js';
import { UsageError } from '../usage-error.js';

/**
 * The expression that `--filter` gives.
 *
 * @throws {UsageError} where a value does not fit its column: in a filter, unlike in data, that is what the user typed.
 */
export function filterOf(text: string, schema: Schema): Expression {
  const filter = parseFilter(text);
  const misfit: IcebergErrorCode = 'TYPE_MISMATCH';
  try {
    bindExpression(filter, schema);
  } catch (error) {
    if ((error as { code?: unknown }).code !== misfit) throw error;
    throw new UsageError(`--filter ${text}: ${(error as Error).message}`, { cause: error });
  }
  return filter;
}
