import type { Snapshot, Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { tableName } from '../tables/names.js';
import { BEGINNING, sameWatermark, type Watermark } from './watermark.js';

/** What a run has to read of its source. */
export type SourceRange =
  /** The table has everything. */
  | { readonly kind: 'none' }
  /** Rows of files that came after the watermark (all, where it is null), as they are at `to`. */
  | { readonly kind: 'changes'; readonly from: Watermark | null; readonly to: Snapshot }
  /** The watermark is no part of the source's history: the source was rolled back. */
  | { readonly kind: 'detached'; readonly from: Watermark; readonly to: Snapshot | null };

/**
 * Compares a watermark with the history of its source.
 *
 * A start snapshot that was expired is no obstacle: files are chosen by sequence number, which outlives snapshots.
 *
 * @param upTo Snapshot of the source to stop at; default its current one.
 */
export function sourceRange(source: Table, from: Watermark | null, upTo?: bigint): SourceRange {
  const head = source.currentSnapshot();
  if (from !== null && !isPartOf(source, from, head)) return { kind: 'detached', from, to: head };
  if (head === null) return { kind: 'none' };
  const to = upTo === undefined ? head : source.snapshot(upTo);
  if (from !== null && to.sequenceNumber <= from.sequenceNumber) return { kind: 'none' };
  return { kind: 'changes', from, to };
}

/** Whether a watermark's snapshot is `head`, one of its ancestors, or was expired from below them. */
export function isPartOf(source: Table, watermark: Watermark, head: Snapshot | null): boolean {
  if (head === null) return false;
  if (sameWatermark(watermark, BEGINNING)) return true;
  const ancestors = source.ancestors(head.snapshotId);
  if (ancestors.some(({ snapshotId }) => snapshotId === watermark.snapshotId)) return true;
  if (source.snapshots().some(({ snapshotId }) => snapshotId === watermark.snapshotId)) return false;
  const oldest = ancestors.at(-1);
  return (
    oldest !== undefined &&
    oldest.parentSnapshotId !== null &&
    oldest.sequenceNumber > watermark.sequenceNumber
  );
}

/**
 * The range that a side table has already been written for: exactly from the table's watermark to the side table's.
 *
 * @throws {CurateError} `SOURCE_DETACHED` when the source no longer has the side table's snapshot.
 */
export function pendingRange(source: Table, from: Watermark | null, side: Watermark): SourceRange {
  const to = source.snapshots().find(({ snapshotId }) => snapshotId === side.snapshotId);
  if (to === undefined) {
    throw new CurateError(
      `a run that was cut off reached snapshot ${side.snapshotId} of ${tableName(source.identifier)}, which has been expired since: what it began cannot be completed as it was. Rebuild the topic`,
      {
        code: 'SOURCE_DETACHED',
        context: { source: tableName(source.identifier), snapshotId: side.snapshotId },
      },
    );
  }
  if (from !== null && !isPartOf(source, from, to)) return { kind: 'detached', from, to };
  return { kind: 'changes', from, to };
}

/**
 * Cuts a range so that one commit reads at most `maxRows` rows, at a boundary of source snapshots; a single larger
 * snapshot is read whole.
 */
export function limitRange(
  source: Table,
  range: { readonly from: Watermark | null; readonly to: Snapshot },
  maxRows: number,
): Snapshot {
  const start = range.from?.sequenceNumber ?? -1n;
  const steps = source.ancestors(range.to.snapshotId).filter((step) => step.sequenceNumber > start);
  steps.reverse();
  let rows = 0;
  let chosen: Snapshot | undefined;
  for (const step of steps) {
    rows += Number(step.summary['added-records'] ?? 0);
    if (chosen !== undefined && rows > maxRows) break;
    chosen = step;
  }
  return chosen ?? range.to;
}

/** Rows that snapshots after `from`, up to `to`, have added, as their summaries count them. */
export function rowsBetween(source: Table, from: Watermark | null, to: Snapshot): number {
  const start = from?.sequenceNumber ?? -1n;
  return source
    .ancestors(to.snapshotId)
    .filter(({ sequenceNumber }) => sequenceNumber > start)
    .reduce((rows, { summary }) => rows + Number(summary['added-records'] ?? 0), 0);
}
