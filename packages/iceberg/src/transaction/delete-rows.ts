import type { FileDeletes } from '../delete/write-position-deletes.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { ChangeContext } from './change-context.js';
import { removeDataFile } from './prepared-changes.js';
import { rewriteWithout } from './rewrite-without.js';
import { addRowDeletes } from './row-deletes.js';
import type { RowMode } from './transaction-types.js';

/**
 * Deletes rows of live data files, all of them targets of the changes already; a file of which no row is left is removed.
 * `tasks` are the live files.
 */
export async function deleteRows(
  context: ChangeContext,
  deletes: readonly FileDeletes[],
  tasks: readonly FileScanTask[],
  mode: RowMode,
): Promise<void> {
  const { changes } = context;
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  const partly: FileDeletes[] = [];
  for (const item of deletes) {
    const task = live.get(item.file.filePath)!;
    if (BigInt(item.positions.length) < item.file.recordCount) {
      partly.push(item);
      continue;
    }
    removeDataFile(changes, task);
  }
  if (mode === 'copy-on-write') await rewriteWithout(context, partly, tasks);
  else await addRowDeletes(changes, partly, tasks, context);
}
