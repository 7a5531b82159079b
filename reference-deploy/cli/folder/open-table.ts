import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { IcebergError, openTable as openIcebergTable, type Table } from '@lean-ops/iceberg';
import { UsageError } from '../usage-error.js';

/**
 * Opens the table that a folder holds, wherever the folder lies and whoever wrote it.
 *
 * @throws {UsageError} when the folder holds none.
 */
export async function openTable(folder: string): Promise<Table> {
  const path = resolve(folder);
  if (!(await isFolder(path))) throw new UsageError(`${folder}: there is no such folder`);
  if (!(await isFolder(join(path, 'metadata')))) {
    throw new UsageError(
      `${folder}: this is no table folder, for it holds no metadata folder; name the table's own`,
    );
  }
  try {
    return await openIcebergTable({ folder: path });
  } catch (error) {
    if (!(error instanceof IcebergError) || error.code !== 'TABLE_NOT_FOUND') throw error;
    throw new UsageError(`${folder}: its metadata folder holds no metadata file, so this is no table`, {
      cause: error,
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
