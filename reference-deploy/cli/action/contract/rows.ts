import { columnRenames } from '@lean-ops/core/contract';
import { askHistory } from '@lean-ops/curate';
import type { AskRows } from '../../../contract/lint-contracts.js';
import { EmbeddedPlatform } from '../../../local/index.js';
import { requireWarehouse } from '../../folder/warehouse.js';

/**
 * Opens a warehouse to ask its rows, and closes it again.
 *
 * @throws {UsageError} when the folder is none.
 */
export async function withRows<T>(warehouse: string, use: (askRows: AskRows) => Promise<T>): Promise<T> {
  await requireWarehouse(warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse });
  try {
    return await use(async (base, head, questions) => {
      const renamed = columnRenames(base, head);
      return await askHistory({ catalog: platform.catalog, base, head, renamed, questions });
    });
  } finally {
    await platform.close();
  }
}
