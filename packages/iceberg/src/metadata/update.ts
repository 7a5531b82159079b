import type { Schema } from '../schema/schema.js';
import type { Snapshot, SnapshotRef } from '../snapshot/snapshot.js';

/** One change of table metadata (REST catalog, `TableUpdate`). `schemaId: -1` means the schema just added. */
export type TableUpdate =
  | { readonly action: 'add-schema'; readonly schema: Schema; readonly lastColumnId: number }
  | { readonly action: 'set-current-schema'; readonly schemaId: number }
  | { readonly action: 'add-snapshot'; readonly snapshot: Snapshot }
  | { readonly action: 'set-snapshot-ref'; readonly refName: string; readonly ref: SnapshotRef }
  | { readonly action: 'set-properties'; readonly updates: Readonly<Record<string, string>> }
  | { readonly action: 'remove-properties'; readonly removals: readonly string[] };
