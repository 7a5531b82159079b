import type { TopicContract } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { KEYS } from '../tables/properties.js';
import { isPartOf } from '../watermark/source-range.js';

/** Properties that the error table gets with the end of a review, which `curated` holds the passed rows of. */
export function reviewMark(curated: Table, contract: TopicContract): Record<string, string> {
  const head = curated.currentSnapshot()!;
  const snapshot = {
    snapshotId: String(head.snapshotId),
    sequenceNumber: String(head.sequenceNumber),
  };
  return {
    [KEYS.reviewedContract]: contract.version,
    [KEYS.reviewedSnapshot]: JSON.stringify(snapshot),
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
