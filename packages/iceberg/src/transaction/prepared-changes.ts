import type { DataFile, ManifestEntry } from '../manifest/data-file.js';
import type { Schema } from '../schema/schema.js';
import type { NewField } from '../type/iceberg-type.js';
import type { KeySet } from './key-set.js';
import type { PropertyChanges } from './transaction-types.js';

/** Keys whose rows are replaced or deleted, and the data files that were searched for them. */
interface KeyWork {
  keys: KeySet;
  searched: Set<string>;
  /** The snapshot they were searched at. */
  searchedAt: bigint | null;
}

/** What the prepare phase has gathered: files written, but in no snapshot yet. */
export interface PreparedChanges {
  /** The base schema with the columns added so far; files are written with it. */
  schema: Schema;
  lastColumnId: number;
  columns: NewField[];
  properties: PropertyChanges;
  dataFiles: DataFile[];
  deleteFiles: DataFile[];
  /** Data files that must be live when the commit is made, each with the delete files that applied to it. */
  requiredFiles: Map<string, ReadonlySet<string>>;
  keyWork: KeyWork[];
}

/** Above every sequence number: files not yet committed are newer than all others. */
const PENDING_SEQUENCE = 2n ** 62n;

/** Uncommitted files as a scan sees them: the deletes apply to the data files, and to all committed ones. */
export function pendingEntries(changes: PreparedChanges): {
  data: ManifestEntry[];
  deletes: ManifestEntry[];
} {
  return { data: changes.dataFiles.map(pendingEntry), deletes: changes.deleteFiles.map(pendingEntry) };
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
