import type { TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { KEYS } from '../tables/properties.js';
import { isPartOf } from '../watermark/source-range.js';

/** How far a review has come that is done in parts. */
export interface ReviewProgress {
  /** Version of the contract. */
  readonly version: string;
  /** The run that began it. */
  readonly runId: string;
  /** Key after which it goes on; null where all were judged. */
  readonly after: string | null;
}

/** What the error table says of a review under a contract; null where there is none. */
export function reviewProgress(errors: Table, { version }: TopicContract): ReviewProgress | null {
  const text = errors.properties[KEYS.reviewProgress];
  if (text === undefined) return null;
  const progress = JSON.parse(text) as ReviewProgress;
  return progress.version === version ? progress : null;
}

/**
 * Properties that the error table gets with each part of a review, which `curated` holds the passed rows of; with the last
 * one the contract's version counts as reviewed.
 */
export function reviewMark(curated: Table, progress: ReviewProgress): Record<string, string> {
  const head = curated.currentSnapshot()!;
  const snapshot = {
    snapshotId: String(head.snapshotId),
    sequenceNumber: String(head.sequenceNumber),
  };
  return {
    // While it is under way errors are judged under two versions: whatever contract comes next judges all.
    [KEYS.reviewedContract]: progress.after === null ? progress.version : '',
    [KEYS.reviewedSnapshot]: JSON.stringify(snapshot),
    [KEYS.reviewProgress]: JSON.stringify(progress),
  };
}

/**
 * Whether Curated was rolled back behind the last review of the error table: rows that it let pass are gone from
 * Curated, and their errors, which ended with it, do not tell of them either.
 */
export function isReviewLost(errors: Table, curated: Table): boolean {
  const mark = errors.properties[KEYS.reviewedSnapshot];
  if (mark === undefined) return false;
  const { snapshotId, sequenceNumber } = JSON.parse(mark) as Record<string, string>;
  const reviewed = { snapshotId: BigInt(snapshotId!), sequenceNumber: BigInt(sequenceNumber!) };
  return !isPartOf(curated, reviewed, curated.currentSnapshot());
}
