import type { Contender } from '../dedup/version-table.js';

/** The row of a key that Standardized holds, as far as merging needs it. */
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
