import type { Contender } from '../dedup/version-table.js';

/** The row of a key that Standardized holds, as far as merging needs it. Its bytes may be views of the batch it came in. */
export interface ExistingRow extends Contender {
  /** Where it stands. */
  readonly file: string;
  readonly position: bigint;
  readonly publishTime: bigint;
  readonly ingestion: bigint;
  readonly sqsMessageId: Uint8Array;
  /** Hashes of the folded versions that their journey ordered; null while there are none. */
  readonly seen: readonly bigint[] | null;
  readonly firstSeen: bigint;
}

/** The same row with bytes of its own: it may outlive its batch. */
export function ownRow(row: ExistingRow): ExistingRow {
  return {
    ...row,
    orderValues: row.orderValues.map((value) => (value instanceof Uint8Array ? value.slice() : value)),
    messageId: row.messageId.slice(),
    sqsMessageId: row.sqsMessageId.slice(),
  };
}
