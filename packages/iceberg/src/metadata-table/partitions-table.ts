import type { DataFile } from '../manifest/data-file.js';
import { partitionKey } from '../partition/partition-key.js';
import { readManifestList } from '../scan/manifest-reader.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Value } from '../type/value.js';
import { entriesOf, type SnapshotSource } from './file-tables.js';
import { type MetadataRow, type MetadataRows, microsOf, optional, required } from './metadata-rows.js';
import { PartitionStruct } from './partition-struct.js';

/** Partitions of a snapshot with what their live files hold; one row for a table that was never partitioned. */
export function partitionsTable(source: SnapshotSource): MetadataRows {
  const struct = new PartitionStruct(source.metadata);
  return {
    fields: [
      ...(struct.isEmpty ? [] : [required(1, 'partition', struct.type), required(4, 'spec_id', 'int')]),
      required(2, 'record_count', 'long'),
      required(3, 'file_count', 'int'),
      required(11, 'total_data_file_size_in_bytes', 'long'),
      required(5, 'position_delete_record_count', 'long'),
      required(6, 'position_delete_file_count', 'int'),
      required(7, 'equality_delete_record_count', 'long'),
      required(8, 'equality_delete_file_count', 'int'),
      optional(9, 'last_updated_at', 'timestamptz'),
      optional(10, 'last_updated_snapshot_id', 'long'),
    ],
    async *rows() {
      const snapshots = new Map(source.metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot]));
      const partitions = new Map<string, Partition>();
      for await (const entry of entriesOf(source, await readManifestList(source.io, source.snapshot))) {
        if (entry.status === 'deleted') continue;
        const values = struct.valuesOf(entry.file);
        const key = partitionKey(0, values);
        const partition = partitions.get(key) ?? new Partition(values, entry.file.specId);
        partitions.set(key, partition);
        partition.add(entry.file, snapshots.get(entry.snapshotId));
      }
      for (const partition of partitions.values()) yield partition.row(struct.isEmpty);
    },
  };
}

class Partition {
  readonly #values: readonly (Value | null)[];
  /** Of the file that changed last: a partition may hold files of several specs. */
  #specId: number;
  #updated: Snapshot | null = null;
  #bytes = 0n;
  readonly #counts: Record<DataFile['content'], { records: bigint; files: number }> = {
    data: { records: 0n, files: 0 },
    'position-deletes': { records: 0n, files: 0 },
    'equality-deletes': { records: 0n, files: 0 },
  };

  constructor(values: readonly (Value | null)[], specId: number) {
    this.#values = values;
    this.#specId = specId;
  }

  /** `snapshot` added the file; it may have been expired since. */
  add(file: DataFile, snapshot: Snapshot | undefined): void {
    if (
      snapshot !== undefined &&
      (this.#updated === null || snapshot.timestampMs > this.#updated.timestampMs)
    ) {
      this.#updated = snapshot;
      this.#specId = file.specId;
    }
    const count = this.#counts[file.content];
    count.records += file.recordCount;
    count.files += 1;
    if (file.content === 'data') this.#bytes += file.fileSizeInBytes;
  }

  row(unpartitioned: boolean): MetadataRow {
    const { data, 'position-deletes': positionDeletes, 'equality-deletes': equalityDeletes } = this.#counts;
    return [
      ...(unpartitioned ? [] : [this.#values, this.#specId]),
      data.records,
      data.files,
      this.#bytes,
      positionDeletes.records,
      positionDeletes.files,
      equalityDeletes.records,
      equalityDeletes.files,
      this.#updated === null ? null : microsOf(this.#updated.timestampMs),
      this.#updated?.snapshotId ?? null,
    ];
  }
}
