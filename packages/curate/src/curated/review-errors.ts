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
import { isReviewLost, type ReviewProgress, reviewProgress } from './review-mark.js';
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
 *
 * Done in parts of as many keys as a commit may have rows; the error table remembers how far it has come, so that a run
 * whose time is over hands over in between.
 */
export async function reviewErrors(
  context: RunContext,
  options: ReviewOptions,
): Promise<CurateStepResult | null> {
  const { source, target, side, from, contract, force } = options;
  const { table } = side;
  if (table === null || from === null) return null;
  const { runId } = context.options;
  const { version } = contract;
  const lost = isReviewLost(table, target);
  const known = table.properties[KEYS.reviewedContract] === version && !lost;
  const begun = lost ? null : begunReview(reviewProgress(table, contract), { force, runId });
  if (begun?.after === null && known) return null;
  if (known && !force && begun === null) return null;
  const to = source.snapshots().find(({ snapshotId }) => snapshotId === from.snapshotId);
  if (to === undefined) return null;
  const { signal } = context.options;
  const part = lost
    ? null
    : await nextKeys(table, { after: begun?.after ?? null, limit: context.maxRowsPerCommit, signal });
  const review =
    part === null
      ? await sourceRows({ source, to, after: null, signal })
      : rowsOfKeys(part.keys, source, { to, signal });
  if (known && begun === null && review.count === 0) return null;
  return await curateStep(context, {
    ...{ source, target, side, from, to, contract, full: false, review },
    reviewed: { version, runId: begun?.runId ?? runId, after: part?.last ?? null },
  });
}

/** The review to go on with. One that is asked for begins anew, but for the turns of one run. */
function begunReview(
  progress: ReviewProgress | null,
  { force, runId }: { force: boolean; runId: string },
): ReviewProgress | null {
  if (progress === null) return null;
  if (force) return progress.runId === runId ? progress : null;
  return progress.after === null ? null : progress;
}

function rowsOfKeys(
  keys: KeySet,
  source: Table,
  { to: { snapshotId }, signal }: { to: Snapshot; signal: AbortSignal | undefined },
): SourceRows {
  return {
    count: keys.length,
    keys,
    batches: () => source.scan({ snapshotId, filter: keyFilter(keys), signal }),
  };
}

interface KeyPart {
  readonly keys: KeySet;
  /** Where there are more: the last of these. */
  readonly last: string | null;
}

/** The next keys of the error table, in their order: a review is cut where no snapshot cuts it. */
async function nextKeys(
  table: Table,
  { after, limit, signal }: { after: string | null; limit: number; signal: AbortSignal | undefined },
): Promise<KeyPart> {
  const all = await keysInErrors(table, signal);
  const names = Array.from({ length: all.length }, (_, index) => all.text(index));
  const left = (after === null ? names : names.filter((name) => name > after)).sort(byCodeUnit);
  const chosen = left.slice(0, limit);
  if (after === null && chosen.length === left.length) return { keys: all, last: null };
  const keys = new KeySet();
  for (const name of chosen) {
    const bytes = Buffer.from(name, 'utf8');
    keys.add(bytes, 0, bytes.length);
  }
  return { keys, last: chosen.length < left.length ? chosen.at(-1)! : null };
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
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
