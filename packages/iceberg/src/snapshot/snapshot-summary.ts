import type { DataFile } from '../manifest/data-file.js';
import type { Snapshot, SnapshotOperation } from './snapshot.js';

/** What a snapshot adds and removes. */
export interface FileChanges {
  addedData: readonly DataFile[];
  addedDeletes: readonly DataFile[];
  /** Data and delete files. */
  removed: readonly DataFile[];
  /** Whether the same rows are only written anew. */
  replaces: boolean;
}

/** The operation that a set of changes amounts to (spec, "Snapshots"). */
export function operationOf({ addedData, addedDeletes, removed, replaces }: FileChanges): SnapshotOperation {
  if (replaces) return 'replace';
  if (addedDeletes.length === 0 && removed.length === 0) return 'append';
  return addedData.length === 0 ? 'delete' : 'overwrite';
}

/** The counts a snapshot's summary holds (spec, Appendix F), the totals carried on from its parent. */
export function summarizeChanges(changes: FileChanges, parent: Snapshot | null): Record<string, string> {
  const { addedData, addedDeletes, removed } = changes;
  const added = countFiles([...addedData, ...addedDeletes]);
  const gone = countFiles(removed);
  const counts: Record<string, bigint> = {
    'added-data-files': added.dataFiles,
    'added-records': added.records,
    'added-files-size': added.bytes,
    'added-delete-files': added.deleteFiles,
    'added-position-delete-files': added.positionDeleteFiles,
    'added-dvs': added.vectors,
    'added-position-deletes': added.positionDeletes,
    'added-equality-delete-files': added.equalityDeleteFiles,
    'added-equality-deletes': added.equalityDeletes,
    'deleted-data-files': gone.dataFiles,
    'deleted-records': gone.records,
    'removed-files-size': gone.bytes,
    'removed-delete-files': gone.deleteFiles,
    'removed-position-delete-files': gone.positionDeleteFiles,
    'removed-dvs': gone.vectors,
    'removed-position-deletes': gone.positionDeletes,
    'removed-equality-delete-files': gone.equalityDeleteFiles,
    'removed-equality-deletes': gone.equalityDeletes,
  };
  const files = [...addedData, ...addedDeletes, ...removed];
  const partitions = new Set(files.map((file) => `${file.specId}:${file.partition.map(String).join('|')}`));
  return {
    ...Object.fromEntries(
      Object.entries(counts)
        .filter(([, value]) => value > 0n)
        .map(([key, value]) => [key, String(value)]),
    ),
    'changed-partition-count': String(partitions.size),
    ...total(parent, 'total-records', added.records - gone.records),
    ...total(parent, 'total-files-size', added.bytes - gone.bytes),
    ...total(parent, 'total-data-files', added.dataFiles - gone.dataFiles),
    ...total(parent, 'total-delete-files', added.deleteFiles - gone.deleteFiles),
    ...total(parent, 'total-position-deletes', added.positionDeletes - gone.positionDeletes),
    ...total(parent, 'total-equality-deletes', added.equalityDeletes - gone.equalityDeletes),
  };
}

/** Counts by kind. `bytes` of a deletion vector are its own, not its Puffin file's, which holds many. */
function countFiles(files: readonly DataFile[]) {
  const data = files.filter((file) => file.content === 'data');
  const positions = files.filter((file) => file.content === 'position-deletes');
  const equality = files.filter((file) => file.content === 'equality-deletes');
  const vectors = positions.filter((file) => file.fileFormat === 'PUFFIN');
  return {
    dataFiles: BigInt(data.length),
    records: sum(data, (file) => file.recordCount),
    bytes: sum(files, (file) => file.contentSizeInBytes ?? file.fileSizeInBytes),
    deleteFiles: BigInt(positions.length + equality.length),
    positionDeleteFiles: BigInt(positions.length - vectors.length),
    vectors: BigInt(vectors.length),
    positionDeletes: sum(positions, (file) => file.recordCount),
    equalityDeleteFiles: BigInt(equality.length),
    equalityDeletes: sum(equality, (file) => file.recordCount),
  };
}

/** A total is left out where the parent's is missing or no count: a wrong one would be worse. */
function total(parent: Snapshot | null, key: string, change: bigint): Record<string, string> {
  const before = parent === null ? '0' : parent.summary[key];
  if (before === undefined || !/^\d+$/.test(before)) return {};
  const after = BigInt(before) + change;
  return after < 0n ? {} : { [key]: String(after) };
}

function sum(files: readonly DataFile[], count: (file: DataFile) => bigint): bigint {
  return files.reduce((result, file) => result + count(file), 0n);
}
