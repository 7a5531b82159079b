import type { ColumnPath } from '../flatten/types.js';
import { errorId } from '../standardize/parse-error-rows.js';
import type { ColumnFailure } from '../validate/row-failure.js';
import type { Representative } from './standing-rows.js';

/** The row of `curated.{topic}_errors` for one version that failed. */
export interface ErrorRow {
  readonly _error_id: string;
  readonly [column: string]: unknown;
}

export interface FailedVersion extends Representative {
  readonly mergeKey: string;
  readonly failures: readonly ColumnFailure[];
  /** The row as it may be shown, by column. */
  readonly masked: Readonly<Record<string, string | null>>;
}

export interface CuratedMarks {
  /** Microseconds since the epoch. */
  readonly updatedAt: bigint;
  readonly schemaVersion: string;
  readonly sourceSnapshotId: bigint;
}

/** An error's id says which version failed, so that the same failure is the same row in whatever run it is met. */
function versionErrorId(mergeKey: string, { messageId, payloadHash }: Representative): string {
  return errorId([mergeKey, messageId, String(payloadHash)]);
}

export function errorRow(
  failed: FailedVersion,
  columns: readonly ColumnPath[],
  marks: CuratedMarks,
): ErrorRow {
  return {
    _error_id: versionErrorId(failed.mergeKey, failed),
    _merge_key: failed.mergeKey,
    message_id: Buffer.from(failed.messageId).toString('utf8'),
    _payload_hash: failed.payloadHash,
    sqs_message_id: Buffer.from(failed.sqsMessageId).toString('utf8'),
    ingestion_ts: failed.ingestion,
    failures: failed.failures.map(({ column, code, message }) => ({ column, code, message })),
    row: shownRow(failed.masked, columns),
    _updated_ts: marks.updatedAt,
    _schema_version: marks.schemaVersion,
    _source_snapshot_id: marks.sourceSnapshotId,
  };
}

/**
 * The row as JSON of path → text; envelope columns stand under their names. Column names are left out because they
 * depend on the order in which paths were found; so are nulls, for a column that is not there yet is null too.
 */
function shownRow(masked: Readonly<Record<string, string | null>>, columns: readonly ColumnPath[]): string {
  const paths = new Map(columns.map(({ name, path }) => [name, path]));
  const entries = Object.entries(masked)
    .filter(([, text]) => text !== null)
    .map(([name, text]) => [paths.get(name) ?? name, text] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return JSON.stringify(Object.fromEntries(entries));
}
