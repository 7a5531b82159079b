import type { TopicContract } from '@lean-ops/core';
import type { Catalog, CreateTableOptions, Table, TableIdentifier, Transaction } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { openTable } from '../tables/open-table.js';
import { KEYS } from '../tables/properties.js';
import { commitOptions, refuseLowerToken, type WatermarkCommit } from './commit-options.js';
import { readWatermark, type Watermark, watermarkOf } from './watermark.js';

/**
 * A table beside the layer's own, committed first and only when it has rows: it lags behind while it has none, and is
 * ahead when a run was cut off between the two commits.
 */
export interface SideTable {
  /** Null until it first has rows. */
  readonly table: Table | null;
  readonly watermark: Watermark | null;
}

export async function readSideTable(
  catalog: Catalog,
  identifier: TableIdentifier,
  sourceUuid: string,
  fencingToken: bigint,
): Promise<SideTable> {
  const table = await loadIfExists(catalog, identifier);
  if (table === null) return { table, watermark: null };
  refuseLowerToken(table, fencingToken);
  return { table, watermark: readWatermark(table, sourceUuid) };
}

/** Whether a run was cut off after it had written the side table and before it moved the layer's watermark. */
export function isAhead(
  side: SideTable,
  from: Watermark | null,
): side is SideTable & { watermark: Watermark } {
  return side.watermark !== null && side.watermark.sequenceNumber > (from?.sequenceNumber ?? -1n);
}

/**
 * The snapshot of a side table that belongs to what its layer's table shows: the newest that is not ahead of it. Null
 * where all it ever had is ahead; its head where what was before that has expired.
 */
export function snapshotUpTo(side: Table, sourceUuid: string, from: Watermark | null): bigint | null {
  const history = side.currentSnapshot() === null ? [] : side.ancestors();
  const limit = from?.sequenceNumber ?? -1n;
  let newest = 0;
  for (const [index, { summary }] of history.entries()) {
    const watermark = watermarkOf(summary, sourceUuid);
    if (watermark === null) continue;
    if (watermark.sequenceNumber <= limit) break;
    newest = index + 1;
  }
  if (newest > 0 && newest === history.length && history.at(-1)!.parentSnapshotId !== null) newest = 0;
  return history[newest]?.snapshotId ?? null;
}

/** The contract under which a side table was last written: a run that was cut off is completed under it. */
export function contractOf(side: SideTable): TopicContract | null {
  return JSON.parse(side.table?.properties[KEYS.runContract] ?? 'null') as TopicContract | null;
}

export interface SideTransactionOptions extends Omit<WatermarkCommit, 'table' | 'from' | 'properties'> {
  readonly catalog: Catalog;
  readonly identifier: TableIdentifier;
  readonly side: SideTable;
  readonly contract: TopicContract | null;
  readonly create: () => CreateTableOptions;
  /** Further properties, asked for when the commit is made. */
  readonly properties?: () => Readonly<Record<string, string>>;
}

/** A transaction on the side table, which is created when this is its first; its guard is that of every commit. */
export async function sideTransaction(
  options: SideTransactionOptions,
): Promise<{ table: Table; transaction: Transaction }> {
  const { catalog, identifier, side, contract, create, properties, ...commit } = options;
  const table = side.table ?? (await openTable(catalog, identifier, create));
  const transaction = table.transaction(
    commitOptions({
      ...commit,
      table,
      from: side.watermark,
      properties: () => ({ ...properties?.(), [KEYS.runContract]: JSON.stringify(contract) }),
    }),
  );
  return { table, transaction };
}
