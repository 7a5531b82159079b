import { requirementsFor } from '../metadata/requirements-for.js';
import type { TableUpdate } from '../metadata/update.js';
import { snapshotById } from '../scan/select-snapshot.js';
import type { Table } from '../table/table.js';
import { type CommitOptions, commitMetadataChange } from '../transaction/commit-metadata.js';
import { conflict } from '../transaction/stage-metadata.js';
import type { TransactionSource } from '../transaction/table-transaction.js';
import type { CommitResult } from '../transaction/transaction-types.js';
import { allPropertyUpdates, definitionUpdates, type TableState } from './table-state.js';

/** What to take back. */
export interface RestoreOptions extends CommitOptions {
  /** The snapshot that the table has now; another one is a conflict, for its rows would be lost unseen. */
  readonly replacing: bigint;
  /** A tag to drop in the same commit, where it is there. */
  readonly dropTag?: string;
}

/** See `Table.restore`. */
export async function restoreTable(
  table: Table,
  source: TransactionSource,
  state: TableState,
  options: RestoreOptions,
): Promise<CommitResult> {
  const isThere = ({ metadata }: Table): boolean =>
    metadata.currentSnapshotId === state.snapshotId && definitionUpdates(metadata, state).length === 0;
  const { table: restored, attempts } = await commitMetadataChange(table, source, {
    isThere,
    signal: options.signal,
    retries: options.retries,
    stage: (fresh) => {
      if (fresh.uuid !== table.uuid) throw conflict(fresh, 'it was dropped and created again');
      if (isThere(fresh)) return null;
      const { metadata } = fresh;
      if (metadata.currentSnapshotId !== options.replacing)
        throw conflict(
          fresh,
          `its newest snapshot is ${metadata.currentSnapshotId}, not ${options.replacing}, which is to be taken back`,
        );
      const updates: TableUpdate[] = [
        ...definitionUpdates(metadata, state),
        ...allPropertyUpdates(metadata, state.properties),
        mainUpdate(fresh, state),
        ...(options.dropTag === undefined || metadata.refs[options.dropTag] === undefined
          ? []
          : [{ action: 'remove-snapshot-ref' as const, refName: options.dropTag }]),
      ];
      return {
        requirements: [
          ...requirementsFor(metadata, updates),
          ...(state.snapshotId === null
            ? [
                {
                  type: 'assert-ref-snapshot-id' as const,
                  ref: 'main',
                  snapshotId: metadata.currentSnapshotId,
                },
              ]
            : []),
        ],
        updates,
        baseLocation: fresh.metadataLocation,
      };
    },
  });
  return { table: restored, snapshotId: null, sequenceNumber: null, attempts };
}

function mainUpdate({ metadata }: Table, { snapshotId }: TableState): TableUpdate {
  if (snapshotId === null) return { action: 'remove-snapshot-ref', refName: 'main' };
  snapshotById(metadata, snapshotId);
  const ref = { ...metadata.refs['main'], snapshotId, type: 'branch' as const };
  return { action: 'set-snapshot-ref', refName: 'main', ref };
}
