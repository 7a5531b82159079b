import { IcebergError, type Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { tableName } from './names.js';

/**
 * Does the work of a step; a file that cannot be read is named with the table it belongs to and the remedy.
 *
 * @throws {CurateError} `FILE_UNREADABLE`, with the error that reading gave as its cause.
 */
export async function readingFiles<Result>(
  tables: readonly (Table | null)[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof IcebergError)) throw error;
    if (error.code !== 'CORRUPT_FILE' && error.code !== 'FILE_NOT_FOUND') throw error;
    const file = String(error.context['file'] ?? error.context['path'] ?? '');
    const owner = tables.find((table) => table !== null && file.startsWith(`${table.location}/`)) ?? null;
    const of = owner === null ? '' : ` of table ${tableName(owner.identifier)}`;
    throw new CurateError(
      `the file ${file}${of} cannot be read, and nothing was committed: ${error.message} Restore the file (an earlier version of the object, a backup); where there is none, delete it from the table on purpose, replay what it held, and rebuild the topic`,
      {
        code: 'FILE_UNREADABLE',
        context: { file, table: owner === null ? null : tableName(owner.identifier) },
        cause: error,
      },
    );
  }
}
