import type { BoundExpression } from '../expression/bind.js';
import { type DataFile, fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { PendingFiles } from '../scan/plan-scan.js';
import type { FileScanTask } from '../scan/scan-types.js';
import { schemaById } from '../scan/select-snapshot.js';
import type { Schema } from '../schema/schema.js';
import type { DefinedMetadata, Definition } from './definitions.js';
import type { KeySet } from './key-set.js';
import { type ArrangeManifests, mergeManifests } from './merge-manifests.js';
import type { PropertyChanges } from './transaction-types.js';

/** Keys whose rows are replaced or deleted, and the data files that were searched for them. */
interface KeyWork {
  keys: KeySet;
  searched: Set<string>;
  /** What to do with rows of these keys in files that others have added since: delete them too, or give up. */
  unseen: 'delete' | 'conflict';
}

/**
 * Which deletes of others from a data file that the changes rest on are a conflict: none at all; any, where the changes
 * also add rows, which may be new versions of the deleted ones; those by position; any.
 */
export type ForeignDeletes = 'none' | 'any-if-rows-are-added' | 'position-deletes' | 'any-deletes';

/** A committed data file that the changes rest on. */
interface TargetFile {
  /** The committed delete files that applied to it, by key. */
  known: ReadonlySet<string>;
  refuses: ForeignDeletes;
}

/** A committed data file to remove, with the delete files that apply to it alone and go with it. */
interface RemovedFile {
  entry: ManifestEntry;
  scopedDeletes: readonly ManifestEntry[];
}

/** The deletion vector of one data file as this transaction makes it (version 3: one vector per data file). */
export interface OwnVector {
  dataFile: DataFile;
  /** Positions that this transaction deletes, ascending. */
  own: Float64Array;
  /** Committed vectors and position delete files whose positions of the data file are in the vector besides. */
  earlier: readonly ManifestEntry[];
  /** The vector as written, in no snapshot yet. */
  file: DataFile;
}

/** Rows that the changes rest on: another commit that added or deleted such rows is a conflict. */
export interface ConflictCheck {
  filter: BoundExpression;
  added: boolean;
  deleted: boolean;
}

/** Partition specs that equality deletes by some columns were written for; files under others escape them. */
interface EqualityScope {
  columns: readonly string[];
  specIds: ReadonlySet<number>;
}

/** What the prepare phase has gathered: files written, but in no snapshot yet. */
export interface PreparedChanges {
  /** Changes of schema, partitioning, sort order and version, made so far on the base's metadata. */
  definitions: Definition[];
  defined: DefinedMetadata;
  /** Those of `defined`: files are written for them. */
  formatVersion: number;
  schema: Schema;
  properties: PropertyChanges;
  dataFiles: DataFile[];
  /** Position and equality delete files; deletion vectors are in `vectors`. */
  deleteFiles: DataFile[];
  /** By path of the data file. */
  vectors: Map<string, OwnVector>;
  /** Committed data files to remove, by path. */
  removedData: Map<string, RemovedFile>;
  /** Committed delete files to remove, by key. */
  removedDeletes: Map<string, ManifestEntry>;
  /** By path of the data file. */
  targets: Map<string, TargetFile>;
  keyWork: KeyWork[];
  conflictChecks: ConflictCheck[];
  equalityScopes: EqualityScope[];
  /** Set where the same rows are only written anew: the snapshot is a `replace`. */
  replaces: boolean;
  /** Data sequence number of the added data files, where it is not that of the commit. */
  dataSequenceNumber: bigint | null;
  /** A snapshot whose files are added again: while it is in the table, nobody deletes them. */
  restsOn: bigint | null;
  /** How the manifests that stay are put together; by default small ones are merged. */
  arrangeManifests: ArrangeManifests;
}

/** Nothing changed yet. */
export function noChanges(metadata: TableMetadata): PreparedChanges {
  return {
    definitions: [],
    defined: { metadata, updates: [], steps: [] },
    formatVersion: metadata.formatVersion,
    schema: schemaById(metadata, metadata.currentSchemaId),
    properties: {},
    dataFiles: [],
    deleteFiles: [],
    vectors: new Map(),
    removedData: new Map(),
    removedDeletes: new Map(),
    targets: new Map(),
    keyWork: [],
    conflictChecks: [],
    equalityScopes: [],
    replaces: false,
    dataSequenceNumber: null,
    restsOn: null,
    arrangeManifests: mergeManifests,
  };
}

/** Every delete file the changes add. */
export function addedDeleteFiles(changes: PreparedChanges): DataFile[] {
  return [...changes.deleteFiles, ...Array.from(changes.vectors.values(), (vector) => vector.file)];
}

/** Every committed file the changes remove, by key. */
export function removedEntries(changes: PreparedChanges): Map<string, ManifestEntry> {
  const removed = new Map(changes.removedDeletes);
  const add = (entry: ManifestEntry): void => {
    removed.set(fileKey(entry.file), entry);
  };
  for (const { entry, scopedDeletes } of changes.removedData.values()) {
    add(entry);
    scopedDeletes.forEach(add);
  }
  // The vector takes the place of what applied to its data file alone.
  for (const { dataFile, earlier } of changes.vectors.values())
    earlier.filter(({ file }) => file.referencedDataFile === dataFile.filePath).forEach(add);
  return removed;
}

/** Whether the changes concern files at all. */
export function changesFiles(changes: PreparedChanges): boolean {
  return (
    changes.dataFiles.length > 0 ||
    changes.deleteFiles.length > 0 ||
    changes.vectors.size > 0 ||
    changes.removedData.size > 0 ||
    changes.removedDeletes.size > 0
  );
}

/** Delete files of a scan task that apply to its data file alone. */
export function scopedDeletes({ dataFile, deleteFiles }: FileScanTask): ManifestEntry[] {
  return deleteFiles.filter(({ file }) => file.referencedDataFile === dataFile.file.filePath);
}

/** Remembers that the changes rest on a data file; the stricter of two rules holds. */
export function addTarget(changes: PreparedChanges, task: FileScanTask, refuses: ForeignDeletes): void {
  const path = task.dataFile.file.filePath;
  if (isOwn(changes, path)) return;
  const present = changes.targets.get(path);
  if (present === undefined) {
    const known = new Set(committedOf(changes, task.deleteFiles).map(({ file }) => fileKey(file)));
    changes.targets.set(path, { known, refuses });
    return;
  }
  const strictness: readonly ForeignDeletes[] = [
    'none',
    'any-if-rows-are-added',
    'position-deletes',
    'any-deletes',
  ];
  if (strictness.indexOf(refuses) > strictness.indexOf(present.refuses)) present.refuses = refuses;
}

/** Removes a live data file: a committed one goes with the commit, one of the changes' own is never added. */
export function removeDataFile(changes: PreparedChanges, task: FileScanTask): void {
  const path = task.dataFile.file.filePath;
  const vector = changes.vectors.get(path);
  const scoped = [
    ...committedOf(changes, scopedDeletes(task)),
    // What the changes' own vector took the place of, which the task does not have any more.
    ...(vector?.earlier ?? []).filter(({ file }) => file.referencedDataFile === path),
  ];
  changes.vectors.delete(path);
  if (isOwn(changes, path)) changes.dataFiles = changes.dataFiles.filter((file) => file.filePath !== path);
  else changes.removedData.set(path, { entry: task.dataFile, scopedDeletes: scoped });
}

/** Whether a data file was written by the changes themselves. */
export function isOwn(changes: PreparedChanges, path: string): boolean {
  return changes.dataFiles.some((file) => file.filePath === path);
}

/** Those of some delete files that are in a snapshot already. */
function committedOf(changes: PreparedChanges, entries: readonly ManifestEntry[]): ManifestEntry[] {
  const own = new Set(addedDeleteFiles(changes).map(fileKey));
  return entries.filter(({ file }) => !own.has(fileKey(file)));
}

/** Above every sequence number: files not yet committed are newer than all others. */
const PENDING_SEQUENCE = 2n ** 62n;

/** Uncommitted files as a scan sees them: the deletes apply to the data files, and to all committed ones. */
export function pendingFiles(changes: PreparedChanges): PendingFiles {
  return {
    data: changes.dataFiles.map(pendingEntry),
    deletes: addedDeleteFiles(changes).map(pendingEntry),
    removed: new Set(removedEntries(changes).keys()),
  };
}

function pendingEntry(file: DataFile): ManifestEntry {
  return {
    status: 'added',
    snapshotId: 0n,
    dataSequenceNumber: PENDING_SEQUENCE,
    fileSequenceNumber: PENDING_SEQUENCE,
    file,
  };
}
