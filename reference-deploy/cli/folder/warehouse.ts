import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../usage-error.js';

/**
 * Makes sure that a folder is a warehouse before it is opened, which would make it one.
 *
 * @throws {UsageError} when it is none.
 */
export async function requireWarehouse(folder: string): Promise<void> {
  const marker = await stat(join(folder, '.lean-ops', 'warehouse.json')).catch(() => null);
  if (marker === null) {
    throw new UsageError(
      `--warehouse ${folder}: this is no lean-ops warehouse; lean-ops run and lean-ops demo make one`,
    );
  }
}
