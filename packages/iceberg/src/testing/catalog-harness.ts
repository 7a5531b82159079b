import type { RecordBatch } from 'apache-arrow';
import { batchFromRows } from '../arrow/batch-from-rows.js';
import type { Catalog, CreateTableOptions, TableIdentifier } from '../catalog/catalog.js';
import { IcebergError, type IcebergErrorCode } from '../error.js';
import type { Table } from '../table/table.js';
import type { ContractCase } from './contract-case.js';

/** What a catalog is tried with: an empty one per case, whose retries do not wait. */
export interface CatalogHarness {
  open(): Promise<Catalog>;
}

export const ID: TableIdentifier = { namespace: 'raw.eu', name: 'orders' };
export const OPTIONS: CreateTableOptions = {
  schema: {
    fields: [
      { name: 'id', type: 'long', required: true },
      { name: 'note', type: 'string' },
    ],
  },
};

export const hasCode =
  (code: IcebergErrorCode) =>
  (error: unknown): boolean =>
    error instanceof IcebergError && error.code === code;

/** Sorted ids of a table's rows. */
export async function idsOf(table: Table): Promise<bigint[]> {
  const ids: bigint[] = [];
  for await (const row of table.scan({ columns: ['id'] }).rows()) ids.push(row['id'] as bigint);
  return ids.sort((left, right) => (left < right ? -1 : 1));
}

export const one = (table: Table, id: number): RecordBatch =>
  batchFromRows(table.schema(), [{ id, note: `row ${id}` }]);

export function caseOf(
  harness: CatalogHarness,
  name: string,
  check: (catalog: Catalog) => Promise<void>,
): ContractCase {
  return { name, run: async () => check(await harness.open()) };
}
