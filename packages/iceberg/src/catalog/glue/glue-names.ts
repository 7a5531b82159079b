import { IcebergError } from '../../error.js';
import type { TableIdentifier } from '../catalog.js';
import { identifierText, tableFolder } from '../table-name.js';

/** What Athena, Spark and the other readers of the Data Catalog can address. */
const PLAIN_NAME = /^[a-z0-9_]{1,252}$/;

/** Throws `INVALID_NAME` for names of databases and tables that other engines cannot address. */
export function checkGlueName(identifier: TableIdentifier, anyNames: boolean): void {
  // Always: names end up as folders.
  tableFolder(identifier);
  if (anyNames) return;
  for (const part of [identifier.namespace, identifier.name]) {
    if (PLAIN_NAME.test(part)) continue;
    throw new IcebergError(
      `The name "${identifierText(identifier)}" is not valid in Glue: "${part}" may only have a-z, 0-9 and _. Databases have one level. Set anyNames for names that only some engines can address.`,
      { code: 'INVALID_NAME', context: { ...identifier, part, outcome: 'not-written' } },
    );
  }
}
