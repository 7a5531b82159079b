import type { Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { MaintenancePolicy } from './maintenance-types.js';

const DAY_MS = 24 * 60 * 60_000;

/**
 * Whether today is the day on which a table's folder is listed for orphans: every table has one of its own, given by its
 * uuid, so that hundreds of tables are not listed at once.
 *
 * @throws {CurateError} `OPTION_INVALID`.
 */
export function areOrphansDue(
  table: Pick<Table, 'uuid'>,
  nowMs: number,
  { orphanEveryDays = 7 }: MaintenancePolicy,
): boolean {
  if (!Number.isInteger(orphanEveryDays) || orphanEveryDays < 1) {
    throw new CurateError(`orphanEveryDays is ${orphanEveryDays}: give a whole number of days, 1 at least`, {
      code: 'OPTION_INVALID',
      context: { option: 'orphanEveryDays', value: orphanEveryDays },
    });
  }
  const own = Number.parseInt(table.uuid.slice(0, 8), 16) % orphanEveryDays;
  return Math.floor(nowMs / DAY_MS) % orphanEveryDays === own;
}
