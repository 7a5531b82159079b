import type { RecordBatch } from 'apache-arrow';
import { arrowSchema } from '../arrow/arrow-schema.js';
import { conformBatch } from '../arrow/conform-batch.js';
import { makeBatch } from '../arrow/take.js';
import type { FileDeletes } from '../delete/write-position-deletes.js';
import { throwIfAborted } from '../error.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { Schema } from '../schema/schema.js';
import { arrowBatches } from './arrow-batches.js';
import { type ChangeContext, liveFiles, writeRows } from './change-context.js';
import { deleteRows } from './delete-rows.js';
import { EqualityDeletion } from './equality-deletion.js';
import { findKeyRows, type RowIds } from './find-key-rows.js';
import { keepRowIds } from './keep-row-ids.js';
import { identifierOf, KeySet, keyColumns } from './key-set.js';
import { addTarget } from './prepared-changes.js';
import { addRowDeletes } from './row-deletes.js';
import { keyMode } from './row-mode.js';
import type { ArrowInput, KeyOptions, RowMode } from './transaction-types.js';

/**
 * Writes rows and deletes those that have had their keys. In version 3 a row keeps the id of the one it replaces, except
 * with equality deletes, which do not look for it (spec, "Row Lineage").
 */
export async function upsertRows(
  context: ChangeContext,
  data: ArrowInput,
  options: KeyOptions,
): Promise<void> {
  const { changes, table } = context;
  const { schema } = changes;
  const keys = new KeySet(keyColumns(schema, options.key ?? identifierOf(schema)));
  const mode = keyMode(table, 'merge', options.mode);
  const positions = keys.columns.map((column) => schema.fields.findIndex((field) => field.id === column.id));
  const add = (batch: RecordBatch): void => keys.add(batch, positions, { allowRepeats: false });
  if (mode === 'equality-deletes') {
    const deletion = await EqualityDeletion.open(context, keys.columns);
    const keySchema = arrowSchema({ schemaId: 0, fields: keys.columns });
    const written = await deletion.fill(() =>
      writeRows(context, data, async (batch) => {
        add(batch);
        const columns = positions.map((position) => batch.data.children[position]!);
        await deletion.write(makeBatch(keySchema, columns, batch.numRows));
      }),
    );
    await deleteOwnRows(context, keys);
    deletion.apply();
    changes.dataFiles.push(...written);
    return;
  }
  let written = await writeRows(context, data, add);
  const rowIds: RowIds | undefined = changes.formatVersion >= 3 ? new Map() : undefined;
  const search = await searchKeys(context, keys, rowIds);
  if (rowIds !== undefined && rowIds.size > 0) written = await keepRowIds(context, written, keys, rowIds);
  await deleteFound(context, search, mode);
  // After the deletes: the rows just written are not to be deleted.
  changes.dataFiles.push(...written);
}

/** Deletes the rows that have some keys. */
export async function deleteKeys(
  context: ChangeContext,
  data: ArrowInput,
  options: KeyOptions,
): Promise<void> {
  const { changes, table } = context;
  const keys = new KeySet(keyColumns(changes.schema, options.key ?? identifierOf(changes.schema)));
  const mode = keyMode(table, 'delete', options.mode);
  const keySchema: Schema = { schemaId: changes.schema.schemaId, fields: keys.columns };
  const positions = keys.columns.map((_, position) => position);
  const collect = async (inspect: (batch: RecordBatch) => Promise<void> | void): Promise<void> => {
    const { signal } = context.options;
    for await (const batch of arrowBatches(data, keySchema, signal)) {
      throwIfAborted(signal);
      const conformed = conformBatch(batch, keySchema);
      keys.add(conformed, positions, { allowRepeats: true });
      await inspect(conformed);
    }
  };
  if (mode === 'equality-deletes') {
    const deletion = await EqualityDeletion.open(context, keys.columns);
    await deletion.fill(() => collect((batch) => deletion.write(batch)));
    await deleteOwnRows(context, keys);
    deletion.apply();
  } else {
    await collect(() => undefined);
    await deleteFound(context, await searchKeys(context, keys), mode);
  }
}

interface KeySearchResult {
  keys: KeySet;
  tasks: FileScanTask[];
  found: FileDeletes[];
}

async function searchKeys(context: ChangeContext, keys: KeySet, rowIds?: RowIds): Promise<KeySearchResult> {
  const { table, io, options } = context;
  const tasks = await liveFiles(context);
  const search = { io, metadata: table.metadata, signal: options.signal, rowIds };
  return { keys, tasks, found: await findKeyRows(tasks, keys, search) };
}

async function deleteFound(
  context: ChangeContext,
  { keys, tasks, found }: KeySearchResult,
  mode: RowMode,
): Promise<void> {
  const { changes } = context;
  if (mode === 'copy-on-write') {
    const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
    for (const { file } of found) addTarget(changes, live.get(file.filePath)!, 'none');
    await deleteRows(context, found, tasks, mode);
  } else {
    // Not as targets: where a file has gone by the time of the commit, the keys are looked for in the newer ones.
    await addRowDeletes(changes, found, tasks, context);
  }
  changes.keyWork.push({
    keys,
    searched: new Set(tasks.map((task) => task.dataFile.file.filePath)),
    unseen: mode === 'copy-on-write' ? 'conflict' : 'delete',
  });
}

/** Rows of the transaction itself get the same sequence number as its equality deletes, which pass them over. */
async function deleteOwnRows(context: ChangeContext, keys: KeySet): Promise<void> {
  const { changes, table, io, options } = context;
  if (changes.dataFiles.length === 0) return;
  const own = new Set(changes.dataFiles.map((file) => file.filePath));
  const tasks = (await liveFiles(context)).filter((task) => own.has(task.dataFile.file.filePath));
  const found = await findKeyRows(tasks, keys, { io, metadata: table.metadata, signal: options.signal });
  await addRowDeletes(changes, found, tasks, context);
}
