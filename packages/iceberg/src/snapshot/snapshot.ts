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
  /** Metadata keys this version does not know, kept as read. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A branch or tag. */
export interface SnapshotRef {
  readonly snapshotId: bigint;
  readonly type: 'branch' | 'tag';
  readonly extra?: Readonly<Record<string, unknown>>;
}
