import { throwIfAborted } from '../error.js';
import { type BoundExpression, bindExpression } from '../expression/bind.js';
import type { Expression } from '../expression/expression.js';
import type { ResolvedPartitionField } from '../partition/partition-type.js';
import { fileMustMatch } from '../scan/file-must-match.js';
import { partitionFieldsOf } from '../scan/manifest-reader.js';
import { readDataFile } from '../scan/read-data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { POSITION_COLUMN } from '../schema/metadata-columns.js';
import { mapAtOnce } from '../util/map-at-once.js';
import { type ChangeContext, liveFiles } from './change-context.js';
import { deleteRows } from './delete-rows.js';
import { addTarget, removeDataFile } from './prepared-changes.js';
import type { RowMode } from './transaction-types.js';

const BATCH_ROWS = 65_536;
/** Data files that are searched at once: most of the time goes by waiting for a distant storage. */
const FILES_AT_ONCE = 4;

/** How the rows that match a filter are deleted. */
interface FilterDeletion {
  mode: RowMode;
  isolation: 'snapshot' | 'serializable';
  /** Whether other rows are written in their place. */
  rowsAreReplaced: boolean;
}

/**
 * Deletes the rows for which a filter is true. Data files all rows of which match by partition or statistics are removed
 * unread; of the others the matching rows are looked for.
 *
 * Another commit that moves the rows to other files is a conflict. So is, under `serializable`, one that adds rows which
 * may match, and, where `rowsAreReplaced`, one that deletes of the matching rows' files: the new rows may have been
 * worked out from them.
 */
export async function deleteByFilter(
  context: ChangeContext,
  filter: Expression,
  { mode, isolation, rowsAreReplaced }: FilterDeletion,
): Promise<void> {
  const { changes, table } = context;
  const bound = bindExpression(filter, changes.schema);
  const tasks = await liveFiles(context, bound);
  const refuses = rowsAreReplaced ? 'any-deletes' : 'none';
  const partitions = new Map<number, readonly ResolvedPartitionField[]>();
  const matchesWhole = ({ dataFile: { file } }: FileScanTask): boolean => {
    const partition = partitions.get(file.specId) ?? partitionFieldsOf(table.metadata, file.specId);
    partitions.set(file.specId, partition);
    return fileMustMatch(file, bound, partition);
  };
  const whole = new Set(tasks.filter(matchesWhole));
  const searched = await mapAtOnce(
    tasks.filter((task) => !whole.has(task)),
    FILES_AT_ONCE,
    async (task) => ({ task, positions: await matchingRows(context, task, bound) }),
  );
  const partly = searched.filter(({ positions }) => positions.length > 0);
  for (const task of [...whole, ...partly.map((item) => item.task)]) addTarget(changes, task, refuses);
  const deletes = partly.map(({ task, positions }) => ({ file: task.dataFile.file, positions }));
  await deleteRows(context, deletes, tasks, mode);
  for (const task of whole) removeDataFile(changes, task);
  // Deletes by others concern files that are targets, or files that they have added.
  if (isolation === 'serializable')
    changes.conflictChecks.push({ filter: bound, added: true, deleted: false });
}

/** Positions of the live rows of a data file for which a filter is true. */
async function matchingRows(
  { table: { metadata }, changes, io, options: { signal } }: ChangeContext,
  { dataFile, deleteFiles }: FileScanTask,
  filter: BoundExpression,
): Promise<number[]> {
  throwIfAborted(signal);
  const found: number[] = [];
  const batches = readDataFile({
    io,
    metadata,
    dataFile,
    deleteFiles,
    output: [POSITION_COLUMN],
    schemaFields: changes.schema.fields,
    filter,
    batchSize: BATCH_ROWS,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const batch of batches)
    for (const position of batch.data.children[0]!.values as BigInt64Array) found.push(Number(position));
  return found;
}
