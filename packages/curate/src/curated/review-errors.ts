import type { TopicContract } from '@lean-ops/core';
import type { Snapshot, Table } from '@lean-ops/iceberg';
import { KeySet } from '../dedup/key-set.js';
import { utf8Column } from '../flatten/utf8-column.js';
import type { RunContext } from '../ops/run-context.js';
import { vectorOf } from '../standardize/raw-batch.js';
import { keyFilter } from '../tables/key-filter.js';
import { KEYS } from '../tables/properties.js';
import type { SideTable } from '../watermark/side-table.js';
import type { Watermark } from '../watermark/watermark.js';
import { type CurateStepResult, curateStep } from './curate-step.js';
import { isReviewLost } from './review-mark.js';
import { type SourceRows, sourceRows } from './source-rows.js';

export interface ReviewOptions {
  readonly source: Table;
  readonly target: Table;
  readonly side: SideTable;
  readonly from: Watermark | null;
  readonly contract: TopicContract;
  /** Whether errors are judged again that were judged under this very contract. */
  readonly force: boolean;
}

/**
 * Judges open errors again under a contract that they were not judged under, or because somebody asks for it, and every
 * row where Curated was rolled back behind such a review. Null where there is nothing to do.
 *
 * Here Curated is committed first: a version that is in Curated is no open error, whatever the error table says, so
 * being cut off in between leaves everything accounted for; the next run finds the review unfinished and clears the
 * rest. The other way round, versions would be in neither table.
 */
export async function reviewErrors(
  context: RunContext,
  options: ReviewOptions,
): Promise<CurateStepResult | null> {
  const { source, target, side, from, contract, force } = options;
  const { table } = side;
  if (table === null || from === null) return null;
  const lost = isReviewLost(table, target);
  const known = table.properties[KEYS.reviewedContract] === contract.version && !lost;
  if (known && !force) return null;
  const to = source.snapshots().find(({ snapshotId }) => snapshotId === from.snapshotId);
  if (to === undefined) return null;
  const { signal } = context.options;
  const review = lost
    ? await sourceRows({ source, to, after: null, signal })
    : await rowsInErrors(table, source, { to, signal });
  if (known && review.count === 0) return null;
  return await curateStep(context, {
    source,
    target,
    side,
    from,
    to,
    contract,
    full: false,
    review,
  });
}

async function rowsInErrors(
  errors: Table,
  source: Table,
  { to: { snapshotId }, signal }: { to: Snapshot; signal: AbortSignal | undefined },
): Promise<SourceRows> {
  const keys = await keysInErrors(errors, signal);
  return {
    count: keys.length,
    keys,
    batches: () => source.scan({ snapshotId, filter: keyFilter(keys), signal }),
  };
}

async function keysInErrors(table: Table, signal: AbortSignal | undefined): Promise<KeySet> {
  const keys = new KeySet();
  if (table.currentSnapshot() === null) return keys;
  for await (const batch of table.scan({ columns: ['_merge_key'], signal })) {
    const { data, offsets, length } = utf8Column(vectorOf(batch, '_merge_key'));
    for (let row = 0; row < length; row++) keys.add(data, offsets[row]!, offsets[row + 1]!);
  }
  return keys;
}
