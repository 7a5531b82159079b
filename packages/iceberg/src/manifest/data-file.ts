import type { Value } from '../type/value.js';

export type FileContent = 'data' | 'position-deletes' | 'equality-deletes';

/** One data or delete file with its statistics (spec, "Manifests", `data_file`). Maps are keyed by field id. */
export interface DataFile {
  readonly content: FileContent;
  readonly filePath: string;
  readonly fileFormat: string;
  readonly specId: number;
  /** Partition values in the order of the spec's fields. */
  readonly partition: readonly (Value | null)[];
  readonly recordCount: bigint;
  /** Bytes. */
  readonly fileSizeInBytes: bigint;
  readonly columnSizes?: ReadonlyMap<number, bigint>;
  readonly valueCounts?: ReadonlyMap<number, bigint>;
  readonly nullValueCounts?: ReadonlyMap<number, bigint>;
  readonly nanValueCounts?: ReadonlyMap<number, bigint>;
  /** Single-value serialization (spec, Appendix D); strings and binary may be truncated. */
  readonly lowerBounds?: ReadonlyMap<number, Uint8Array>;
  readonly upperBounds?: ReadonlyMap<number, Uint8Array>;
  readonly keyMetadata?: Uint8Array;
  readonly splitOffsets?: readonly bigint[];
  readonly equalityIds?: readonly number[];
  readonly sortOrderId?: number;
  readonly referencedDataFile?: string;
  /** Where a deletion vector stands in its Puffin file, and its bytes (version 3). */
  readonly contentOffset?: bigint;
  readonly contentSizeInBytes?: bigint;
  /** `_row_id` of the file's first row; the others count on from it (version 3, "Row Lineage"). */
  readonly firstRowId?: bigint;
}

/**
 * What names a file among all of a table: its path, and for a deletion vector its place in the Puffin file, which holds
 * many.
 */
export function fileKey(file: DataFile): string {
  return file.contentOffset === undefined ? file.filePath : `${file.filePath}#${file.contentOffset}`;
}

export type EntryStatus = 'existing' | 'added' | 'deleted';

/** A file as a manifest tracks it, with inherited snapshot id and sequence numbers filled in. */
export interface ManifestEntry {
  readonly status: EntryStatus;
  readonly snapshotId: bigint;
  readonly dataSequenceNumber: bigint;
  readonly fileSequenceNumber: bigint;
  readonly file: DataFile;
}

/**
 * Bytes that decoded entries hold in memory, roughly (measured: 2 kB each and 75 per statistic): as files they are
 * compressed 50 to 90 times.
 */
export function entriesWeight(entries: readonly ManifestEntry[]): number {
  let statistics = 0;
  for (const { file } of entries) {
    statistics +=
      (file.columnSizes?.size ?? 0) +
      (file.valueCounts?.size ?? 0) +
      (file.nullValueCounts?.size ?? 0) +
      (file.nanValueCounts?.size ?? 0) +
      (file.lowerBounds?.size ?? 0) +
      (file.upperBounds?.size ?? 0);
  }
  return entries.length * 2048 + statistics * 75;
}
