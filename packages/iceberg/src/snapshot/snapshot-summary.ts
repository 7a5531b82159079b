import type { DataFile } from '../manifest/data-file.js';
import type { Snapshot, SnapshotOperation } from './snapshot.js';

/** The operation that a set of added files amounts to. */
export function operationOf(
  dataFiles: readonly DataFile[],
  deleteFiles: readonly DataFile[],
): SnapshotOperation {
  if (deleteFiles.length === 0) return 'append';
  return dataFiles.length === 0 ? 'delete' : 'overwrite';
}

/** The counts a snapshot's summary holds (spec, Appendix F), the totals carried on from its parent. */
export function summarizeChanges(
  dataFiles: readonly DataFile[],
  deleteFiles: readonly DataFile[],
  parent: Snapshot | null,
): Record<string, string> {
  const files = [...dataFiles, ...deleteFiles];
  const addedRecords = sum(dataFiles, (file) => file.recordCount);
  const positionDeletes = sum(deleteFiles, (file) => file.recordCount);
  const addedSize = sum(files, (file) => file.fileSizeInBytes);
  const added: Record<string, bigint> = {
    'added-data-files': BigInt(dataFiles.length),
    'added-records': addedRecords,
    'added-files-size': addedSize,
    'added-delete-files': BigInt(deleteFiles.length),
    'added-position-delete-files': BigInt(deleteFiles.length),
    'added-position-deletes': positionDeletes,
  };
  const partitions = new Set(files.map((file) => `${file.specId}:${file.partition.map(String).join('|')}`));
  return {
    ...Object.fromEntries(
      Object.entries(added)
        .filter(([, value]) => value > 0n)
        .map(([key, value]) => [key, String(value)]),
    ),
    'changed-partition-count': String(partitions.size),
    ...total(parent, 'total-records', addedRecords),
    ...total(parent, 'total-files-size', addedSize),
    ...total(parent, 'total-data-files', BigInt(dataFiles.length)),
    ...total(parent, 'total-delete-files', BigInt(deleteFiles.length)),
    ...total(parent, 'total-position-deletes', positionDeletes),
    ...total(parent, 'total-equality-deletes', 0n),
  };
}

/** A total is left out where the parent's is missing or no count: a wrong one would be worse. */
function total(parent: Snapshot | null, key: string, added: bigint): Record<string, string> {
  const before = parent === null ? '0' : parent.summary[key];
  return before !== undefined && /^\d+$/.test(before) ? { [key]: String(BigInt(before) + added) } : {};
}

function sum(files: readonly DataFile[], count: (file: DataFile) => bigint): bigint {
  return files.reduce((result, file) => result + count(file), 0n);
}
