import type { Transaction } from '@lean-ops/iceberg';
import type { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';

/**
 * Makes columns of the table of those that were found so far. Asked for with the rows that showed them, so that they join
 * the table in the order of the rows, whenever these are written.
 */
export function joinColumns(
  { transaction, flattener }: { readonly transaction: Transaction; readonly flattener: Flattener },
  { overflow }: { overflow: boolean },
): void {
  const known = new Set(transaction.schema().fields.map(({ name }) => name));
  const columns = flattener.columns.map(({ name, path }) => ({ name, type: 'string' as const, doc: path }));
  if (overflow) columns.push({ name: OVERFLOW_COLUMN, type: 'string', doc: 'JSON path → value' });
  const missing = columns.filter(({ name }) => !known.has(name));
  if (missing.length > 0) transaction.addColumns(missing);
}
