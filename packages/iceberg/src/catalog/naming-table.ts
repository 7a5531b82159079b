import { IcebergError, type IcebergErrorCode } from '../error.js';
import type { TableIdentifier } from './catalog.js';
import { identifierText } from './table-name.js';

/** Errors about what was asked of a table, thrown where only its schema or its metadata is known. */
const OF_A_REQUEST = new Set<IcebergErrorCode>([
  'COLUMN_NOT_FOUND',
  'TYPE_MISMATCH',
  'REQUIRED_VALUE_MISSING',
  'INCOMPATIBLE_EVOLUTION',
  'INVALID_NAME',
  'INVALID_ARGUMENT',
  'REF_NOT_FOUND',
  'UNSUPPORTED_FEATURE',
  'UNSUPPORTED_FORMAT_VERSION',
]);

/** Runs some work for a table; its errors name the table where they do not already. */
export function namingTable<Result>(identifier: TableIdentifier, work: () => Result): Result {
  try {
    const result = work();
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw named(error, identifier);
    }) as Result;
  } catch (error) {
    throw named(error, identifier);
  }
}

function named(error: unknown, identifier: TableIdentifier): unknown {
  if (!(error instanceof IcebergError) || !OF_A_REQUEST.has(error.code)) return error;
  const { code, retryable, context, cause, stack } = error;
  if (['table', 'location', 'metadataLocation'].some((key) => key in context)) return error;
  if (/\btable (at )?\S*[/.]/i.test(error.message)) return error;
  const table = identifierText(identifier);
  const renamed = new IcebergError(`Table ${table}: ${error.message}`, {
    code,
    retryable,
    context: { ...context, table },
    cause,
  });
  if (stack !== undefined) renamed.stack = stack.replace(error.message, renamed.message);
  return renamed;
}
