import type { TableMetadata } from '../metadata/table-metadata.js';
import { snapshotIdAsOf } from '../scan/select-snapshot.js';
import { snapshotAncestors } from '../snapshot/ancestors.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import { type MetadataRow, type MetadataRows, microsOf, optional, required } from './metadata-rows.js';

/** Tables over the metadata document alone: no other file is read for them. */

export function snapshotsTable(metadata: TableMetadata): MetadataRows {
  const fields = [
    required(1, 'committed_at', 'timestamptz'),
    required(2, 'snapshot_id', 'long'),
    optional(3, 'parent_id', 'long'),
    optional(4, 'operation', 'string'),
    optional(5, 'manifest_list', 'string'),
    optional(6, 'summary', {
      type: 'map',
      keyId: 7,
      key: 'string',
      valueId: 8,
      value: 'string',
      valueRequired: true,
    }),
  ];
  return tableOf(fields, metadata.snapshots, (snapshot) => [
    microsOf(snapshot.timestampMs),
    snapshot.snapshotId,
    snapshot.parentSnapshotId,
    snapshot.operation,
    snapshot.manifestList === '' ? null : snapshot.manifestList,
    Object.entries(snapshot.summary),
  ]);
}

export function historyTable(metadata: TableMetadata): MetadataRows {
  const fields = [
    required(1, 'made_current_at', 'timestamptz'),
    required(2, 'snapshot_id', 'long'),
    optional(3, 'parent_id', 'long'),
    required(4, 'is_current_ancestor', 'boolean'),
  ];
  const byId = snapshotsById(metadata);
  const current = metadata.currentSnapshotId;
  const ancestors = new Set(
    (current === null ? [] : snapshotAncestors(metadata, current)).map((snapshot) => snapshot.snapshotId),
  );
  return tableOf(fields, metadata.snapshotLog, ({ snapshotId, timestampMs }) => [
    microsOf(timestampMs),
    snapshotId,
    byId.get(snapshotId)?.parentSnapshotId ?? null,
    ancestors.has(snapshotId),
  ]);
}

export function refsTable(metadata: TableMetadata): MetadataRows {
  const fields = [
    required(1, 'name', 'string'),
    required(2, 'type', 'string'),
    required(3, 'snapshot_id', 'long'),
    optional(4, 'max_reference_age_in_ms', 'long'),
    optional(5, 'min_snapshots_to_keep', 'int'),
    optional(6, 'max_snapshot_age_in_ms', 'long'),
  ];
  const long = (value: number | undefined): bigint | null => (value === undefined ? null : BigInt(value));
  return tableOf(fields, Object.entries(metadata.refs), ([name, ref]) => [
    name,
    ref.type.toUpperCase(),
    ref.snapshotId,
    long(ref.maxRefAgeMs),
    ref.minSnapshotsToKeep ?? null,
    long(ref.maxSnapshotAgeMs),
  ]);
}

/** The last entry is the document itself. */
export function metadataLogTable(metadata: TableMetadata, metadataLocation: string): MetadataRows {
  const fields = [
    required(1, 'timestamp', 'timestamptz'),
    required(2, 'file', 'string'),
    optional(3, 'latest_snapshot_id', 'long'),
    optional(4, 'latest_schema_id', 'int'),
    optional(5, 'latest_sequence_number', 'long'),
  ];
  const byId = snapshotsById(metadata);
  const entries = [
    ...metadata.metadataLog,
    { metadataFile: metadataLocation, timestampMs: metadata.lastUpdatedMs },
  ];
  return tableOf(fields, entries, ({ metadataFile, timestampMs }) => {
    const snapshotId = snapshotIdAsOf(metadata, timestampMs);
    const snapshot = snapshotId === null ? undefined : byId.get(snapshotId);
    return [
      microsOf(timestampMs),
      metadataFile,
      snapshotId,
      snapshot?.schemaId ?? null,
      snapshot?.sequenceNumber ?? null,
    ];
  });
}

function snapshotsById(metadata: TableMetadata): ReadonlyMap<bigint, Snapshot> {
  return new Map(metadata.snapshots.map((snapshot) => [snapshot.snapshotId, snapshot]));
}

function tableOf<Item>(
  fields: MetadataRows['fields'],
  items: readonly Item[],
  rowOf: (item: Item) => MetadataRow,
): MetadataRows {
  return {
    fields,
    async *rows() {
      for (const item of items) yield rowOf(item);
    },
  };
}
