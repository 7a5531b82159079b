import { IcebergError } from '../error.js';
import type { Table } from '../table/table.js';
import type { Catalog, TableIdentifier } from './catalog.js';

/**
 * Loads a table, or gives null where it does not exist. One call of the catalog, so that nobody can drop the table between
 * asking for it and loading it.
 *
 * @throws {IcebergError} as `loadTable` does, but for `TABLE_NOT_FOUND`.
 * @example
 * const table = await loadIfExists(catalog, { namespace: 'demo', name: 'people' });
 */
export async function loadIfExists(
  catalog: Pick<Catalog, 'loadTable'>,
  identifier: TableIdentifier,
): Promise<Table | null> {
  try {
    return await catalog.loadTable(identifier);
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'TABLE_NOT_FOUND') return null;
    throw error;
  }
}
