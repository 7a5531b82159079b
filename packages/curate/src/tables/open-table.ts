import {
  type Catalog,
  type CreateTableOptions,
  IcebergError,
  loadIfExists,
  type Table,
  type TableIdentifier,
} from '@lean-ops/iceberg';

/** Loads a table, or creates it; when somebody else is faster, theirs is taken. */
export async function openTable(
  catalog: Catalog,
  identifier: TableIdentifier,
  options: () => CreateTableOptions,
): Promise<Table> {
  const existing = await loadIfExists(catalog, identifier);
  if (existing !== null) return existing;
  try {
    return await catalog.createTable(identifier, options());
  } catch (error) {
    if (error instanceof IcebergError && error.code === 'TABLE_ALREADY_EXISTS') {
      return await catalog.loadTable(identifier);
    }
    throw error;
  }
}
