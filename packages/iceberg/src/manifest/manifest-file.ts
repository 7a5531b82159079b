/** Bounds of one partition field over the files of a manifest (spec, `field_summary`). */
export interface PartitionFieldSummary {
  readonly containsNull: boolean;
  readonly containsNan?: boolean;
  readonly lowerBound?: Uint8Array;
  readonly upperBound?: Uint8Array;
}

/** An entry of a manifest list (spec, "Manifest Lists", `manifest_file`). */
export interface ManifestFile {
  readonly path: string;
  /** Bytes. */
  readonly length: bigint;
  readonly specId: number;
  readonly content: 'data' | 'deletes';
  readonly sequenceNumber: bigint;
  readonly minSequenceNumber: bigint;
  readonly addedSnapshotId: bigint;
  readonly addedFilesCount: number;
  readonly existingFilesCount: number;
  readonly deletedFilesCount: number;
  readonly addedRowsCount: bigint;
  readonly existingRowsCount: bigint;
  readonly deletedRowsCount: bigint;
  readonly partitions?: readonly PartitionFieldSummary[];
  readonly keyMetadata?: Uint8Array;
  /** First of the row ids that data files without one of their own take, in order (version 3). */
  readonly firstRowId?: bigint;
}

/** A manifest written before its snapshot is known: what a commit attempt fills in is missing. */
export type PreparedManifest = Omit<
  ManifestFile,
  'sequenceNumber' | 'addedSnapshotId' | 'minSequenceNumber'
> & {
  /** Absent where every entry inherits the sequence number of the commit. */
  readonly minSequenceNumber?: bigint;
};
