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
  const isWhole = ({ file, positions }: FileDeletes): boolean => BigInt(positions.length) >= file.recordCount;
  const partly = deletes.filter((item) => !isWhole(item));
  if (mode === 'copy-on-write') await rewriteWithout(context, partly, tasks);
  else await addRowDeletes(changes, partly, tasks, context);
  for (const { file } of deletes.filter(isWhole)) removeDataFile(changes, live.get(file.filePath)!);
}
