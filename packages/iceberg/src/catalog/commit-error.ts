import { IcebergError } from '../error.js';
import type { LoadedMetadata, TableCommit, TableIdentifier } from './catalog.js';
import { identifierText } from './table-name.js';

/** Another commit came first and ours was certainly not made. */
export function commitConflict(identifier: TableIdentifier, cause?: unknown): IcebergError {
  const table = identifierText(identifier);
  return new IcebergError(`Table ${table} was changed by another commit.`, {
    code: 'COMMIT_CONFLICT',
    retryable: true,
    context: { table },
    cause,
  });
}

/** It cannot be told whether a commit was made. */
export function commitStateUnknown(identifier: TableIdentifier, cause: unknown): IcebergError {
  const table = identifierText(identifier);
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IcebergError(
    `It is not known whether table ${table} was changed: ${reason}. Nothing was deleted; load the table and look before trying again.`,
    { code: 'COMMIT_STATE_UNKNOWN', context: { table }, cause },
  );
}

/** Throws `COMMIT_CONFLICT` where a commit was made for other metadata than the newest. */
export function checkBase(commit: TableCommit, newest: LoadedMetadata): void {
  if (commit.baseLocation !== undefined && commit.baseLocation !== newest.metadataLocation)
    throw commitConflict(commit.identifier);
}
