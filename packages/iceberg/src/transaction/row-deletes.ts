import { deletedPositions } from '../delete/deleted-positions.js';
import { writeDeletionVectors } from '../delete/write-deletion-vectors.js';
import { type FileDeletes, writePositionDeletes } from '../delete/write-position-deletes.js';
import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { FileScanTask } from '../scan/scan-types.js';
import type { TableIo } from '../table/table-io.js';
import type { FileLedger } from './file-ledger.js';
import { isOwn, type OwnVector, type PreparedChanges } from './prepared-changes.js';

interface DeleteContext {
  io: TableIo;
  ledger: FileLedger;
}

/**
 * Deletes rows of live data files by position: as position delete files, or in version 3 as one deletion vector per
 * data file, which holds the earlier deletes of the file too and takes the place of its earlier vector.
 *
 * `tasks` are the files as they are live now, the changes' own among them.
 */
export async function addRowDeletes(
  changes: PreparedChanges,
  deletes: readonly FileDeletes[],
  tasks: readonly FileScanTask[],
  { io, ledger }: DeleteContext,
): Promise<void> {
  const { uniqueName, record: onFile } = ledger;
  if (deletes.length === 0) return;
  if (changes.formatVersion < 3) {
    changes.deleteFiles.push(...(await writePositionDeletes(deletes, { io, uniqueName, onFile })));
    return;
  }
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  const wanted = deletes.map(({ file, positions }): VectorToWrite => {
    const present = changes.vectors.get(file.filePath);
    const own = union([present?.own ?? null, Float64Array.from(positions)]);
    return { dataFile: file, own, earlier: present?.earlier ?? positionDeletes(live.get(file.filePath)!) };
  });
  await writeVectors(changes, wanted, { io, ledger });
}

/**
 * Makes the changes' deletion vectors fit what is live by now, `tasks`: a vector is written anew where others have
 * deleted rows of the same data file, and dropped where the data file is gone.
 */
export async function rebaseVectors(
  changes: PreparedChanges,
  tasks: readonly FileScanTask[],
  context: DeleteContext,
): Promise<void> {
  const live = new Map(tasks.map((task) => [task.dataFile.file.filePath, task]));
  const outdated: VectorToWrite[] = [];
  for (const [path, { dataFile, own, earlier }] of changes.vectors) {
    if (isOwn(changes, path)) continue;
    const task = live.get(path);
    if (task === undefined) changes.vectors.delete(path);
    else if (!sameFiles(earlier, positionDeletes(task)))
      outdated.push({ dataFile, own, earlier: positionDeletes(task) });
  }
  await writeVectors(changes, outdated, context);
}

type VectorToWrite = Omit<OwnVector, 'file'>;

async function writeVectors(
  changes: PreparedChanges,
  wanted: readonly VectorToWrite[],
  { io, ledger }: DeleteContext,
): Promise<void> {
  if (wanted.length === 0) return;
  const complete: { file: DataFile; positions: Float64Array }[] = [];
  for (const { dataFile, own, earlier } of wanted)
    complete.push({ file: dataFile, positions: union([await deletedPositions(io, dataFile, earlier), own]) });
  const { uniqueName, record: onFile } = ledger;
  const files = await writeDeletionVectors(complete, { io, uniqueName, onFile });
  for (const [index, vector] of wanted.entries())
    changes.vectors.set(vector.dataFile.filePath, { ...vector, file: files[index]! });
}

function positionDeletes({ deleteFiles }: FileScanTask): ManifestEntry[] {
  return deleteFiles.filter(({ file }) => file.content === 'position-deletes');
}

function sameFiles(left: readonly ManifestEntry[], right: readonly ManifestEntry[]): boolean {
  const keys = new Set(left.map(({ file }) => fileKey(file)));
  return keys.size === right.length && right.every(({ file }) => keys.has(fileKey(file)));
}

/** Sorted and without repeats. */
function union(parts: readonly (Float64Array | null)[]): Float64Array {
  const present = parts.filter((part) => part !== null);
  const all = new Float64Array(present.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of present) {
    all.set(part, offset);
    offset += part.length;
  }
  all.sort();
  let count = 0;
  for (let index = 0; index < all.length; index++)
    if (index === 0 || all[index] !== all[index - 1]) all[count++] = all[index]!;
  return all.slice(0, count);
}
