import { deletedPositions } from '../../delete/deleted-positions.js';
import { loadPositionDeletes } from '../../delete/position-deletes.js';
import { throwIfAborted } from '../../error.js';
import type { DataFile, ManifestEntry } from '../../manifest/data-file.js';
import { partitionKey } from '../../partition/partition-key.js';
import type { FileScanTask } from '../../scan/scan-types.js';
import type { TableIo } from '../../table/table-io.js';
import type { CompactSettings } from './compact-settings.js';

/** Data files that are written anew together, all of one partition, or all of older partition specs. */
export interface FileGroup {
  readonly tasks: readonly FileScanTask[];
  readonly bytes: number;
}

/**
 * Chooses the data files that are too small, too large or have too many rows deleted, and puts them in groups of at
 * most `maxGroupBytes`, in the order they were added. Of files that are only too small, a group must have
 * `minInputFiles`, or enough bytes to fill a file.
 */
export async function planGroups(
  tasks: readonly FileScanTask[],
  settings: CompactSettings,
  options: { io: TableIo; specId: number; signal?: AbortSignal | undefined },
): Promise<FileGroup[]> {
  const partitions = new Map<string, Candidate[]>();
  for (const task of tasks.toSorted(bySequence)) {
    throwIfAborted(options.signal);
    const deletes = await hasManyDeletes(task, settings, options.io);
    if (!settings.rewriteAll && !deletes && hasRightSize(task, settings)) continue;
    const { specId, partition } = task.dataFile.file;
    // Rows of older specs go to whatever partitions the current one gives them.
    const key = specId === options.specId ? partitionKey(specId, partition) : 'older specs';
    const candidates = partitions.get(key);
    const candidate = { task, deletes };
    if (candidates === undefined) partitions.set(key, [candidate]);
    else candidates.push(candidate);
  }
  return [...partitions.values()]
    .flatMap((candidates) => pack(candidates, settings.maxGroupBytes))
    .filter((group) => settings.rewriteAll || isWorthIt(group, settings))
    .map((group) => ({ tasks: group.map(({ task }) => task), bytes: bytesOf(group) }));
}

function bySequence(left: FileScanTask, right: FileScanTask): number {
  return Number(left.dataFile.dataSequenceNumber - right.dataFile.dataSequenceNumber);
}

interface Candidate {
  task: FileScanTask;
  /** Chosen for its deletes, on its own. */
  deletes: boolean;
}

export function fileBytes({ dataFile }: FileScanTask): number {
  return Number(dataFile.file.fileSizeInBytes);
}

function hasRightSize(task: FileScanTask, { minFileBytes, maxFileBytes }: CompactSettings): boolean {
  const bytes = fileBytes(task);
  return minFileBytes <= bytes && bytes <= maxFileBytes;
}

/** Delete files are read only where their counts leave room for enough deleted rows. */
async function hasManyDeletes(
  { dataFile: { file }, deleteFiles }: FileScanTask,
  { deleteFileThreshold, deleteRatioThreshold }: CompactSettings,
  io: TableIo,
): Promise<boolean> {
  if (deleteFiles.length >= deleteFileThreshold) {
    const naming = await Promise.all(deleteFiles.map((entry) => namesFile(entry, file, io)));
    if (naming.filter(Boolean).length >= deleteFileThreshold) return true;
  }
  const positional = deleteFiles.filter((entry) => entry.file.content === 'position-deletes');
  const least = Number(file.recordCount) * deleteRatioThreshold;
  const most = positional.reduce((total, entry) => total + Number(entry.file.recordCount), 0);
  if (most === 0 || most < least) return false;
  return distinct(await deletedPositions(io, file, positional)) >= least;
}

/** A position delete file of a whole partition names some of its data files only. */
async function namesFile({ file }: ManifestEntry, dataFile: DataFile, io: TableIo): Promise<boolean> {
  if (file.content !== 'position-deletes' || file.referencedDataFile !== undefined) return true;
  return (await loadPositionDeletes(io, file)).has(dataFile.filePath);
}

/** Different numbers in an ascending list: two delete files may remove one row. */
function distinct(positions: Float64Array | null): number {
  let count = 0;
  if (positions !== null)
    for (const [index, position] of positions.entries())
      if (index === 0 || position !== positions[index - 1]) count++;
  return count;
}

function pack(candidates: readonly Candidate[], maxBytes: number): Candidate[][] {
  const groups: Candidate[][] = [];
  let room = 0;
  for (const candidate of candidates) {
    const bytes = fileBytes(candidate.task);
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = maxBytes;
    }
    groups.at(-1)!.push(candidate);
    room -= bytes;
  }
  return groups;
}

function isWorthIt(group: readonly Candidate[], settings: CompactSettings): boolean {
  const bytes = bytesOf(group);
  return (
    group.some(({ deletes }) => deletes) ||
    bytes > settings.maxFileBytes ||
    (group.length > 1 && (group.length >= settings.minInputFiles || bytes > settings.targetFileBytes))
  );
}

function bytesOf(group: readonly Candidate[]): number {
  return group.reduce((total, { task }) => total + fileBytes(task), 0);
}

/**
 * The size at which to begin another file, so that a group does not end in a scrap: its bytes are spread evenly over as
 * many files as the target asks for, one less where the last would be too small.
 */
export function outputBytes(bytes: number, settings: CompactSettings): number {
  const { targetFileBytes, minFileBytes, maxFileBytes } = settings;
  const full = Math.max(1, Math.floor(bytes / targetFileBytes));
  const rest = bytes - full * targetFileBytes;
  const count = rest >= minFileBytes || bytes / full > maxFileBytes ? full + 1 : full;
  // Sizes after rewriting are only estimated by those before: a little more room keeps the last file from splitting.
  return Math.min(maxFileBytes, Math.max(targetFileBytes, Math.ceil((bytes / count) * 1.1)));
}
