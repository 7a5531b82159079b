/** What a snapshot did to the table (spec, "Snapshots"). */
export type SnapshotOperation = 'append' | 'replace' | 'overwrite' | 'delete';

/** One version of the table's content. Ids are exact 64-bit integers. */
export interface Snapshot {
  readonly snapshotId: bigint;
  readonly parentSnapshotId: bigint | null;
  readonly sequenceNumber: bigint;
  /** Milliseconds since 1970. */
  readonly timestampMs: number;
  readonly operation: SnapshotOperation;
  /** Every entry of the summary but `operation`. */
  readonly summary: Readonly<Record<string, string>>;
  readonly manifestList: string;
  readonly schemaId: number | null;
  /** Format version 3: the row id of the first row whose row id this snapshot assigned. */
  readonly firstRowId?: bigint;
  /** Format version 3: how many row ids this snapshot assigned, an upper bound of the rows it added. */
  readonly addedRows?: bigint;
  /** The key that encrypts the manifest list's own key. */
  readonly keyId?: string;
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A branch or tag. */
export interface SnapshotRef {
  readonly snapshotId: bigint;
  readonly type: 'branch' | 'tag';
  /** Branches: how many snapshots expiry leaves at least. Default: the table's. */
  readonly minSnapshotsToKeep?: number;
  /** Branches: the age from which expiry takes a snapshot. Default: the table's. */
  readonly maxSnapshotAgeMs?: number;
  /** The age of its snapshot from which expiry takes the reference itself, never `main`. Default: never. */
  readonly maxRefAgeMs?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}
