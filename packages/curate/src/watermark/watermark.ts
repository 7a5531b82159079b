import type { Snapshot, Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';

/** How far a table has read its source. */
export interface Watermark {
  /** Snapshot of the source. */
  readonly snapshotId: bigint;
  /** That snapshot's sequence number in the source. */
  readonly sequenceNumber: bigint;
}

/** Before the first snapshot, whose sequence number is 1: nothing was read. */
export const BEGINNING: Watermark = { snapshotId: 0n, sequenceNumber: 0n };

/** The copy of a watermark in a table property. */
interface WatermarkCopy {
  readonly watermark: Watermark;
  /** The table's own snapshot that carried it. */
  readonly snapshotId: bigint;
  readonly snapshotSequenceNumber: bigint;
}

/**
 * A table's watermark for one source: that of the nearest retained ancestor whose summary has one. Where none has, the
 * copy in the table's properties counts, if the snapshot that carried it was expired from below the oldest retained
 * ancestor. Null for a table without content.
 *
 * @throws {CurateError} `WATERMARK_DETACHED` when the table has content and no watermark can be trusted.
 */
export function readWatermark(table: Table, sourceUuid: string): Watermark | null {
  const ancestors = table.currentSnapshot() === null ? [] : table.ancestors();
  for (const { summary } of ancestors) {
    const watermark = watermarkOf(summary, sourceUuid);
    if (watermark !== null) return watermark;
  }
  const copy = fromProperty(table.properties[KEYS.watermark + sourceUuid]);
  if (copy === null && table.snapshots().length === 0) return null;
  const oldest = ancestors.at(-1);
  const expired = copy !== null && !table.snapshots().some((known) => known.snapshotId === copy.snapshotId);
  if (copy !== null && expired && oldest && copy.snapshotSequenceNumber <= oldest.sequenceNumber) {
    return copy.watermark;
  }
  throw new CurateError(
    `table ${tableName(table.identifier)} holds snapshots but no watermark for its source (table uuid ${sourceUuid}): it was rolled back beyond the history we know, written by something else, or its source was replaced. Roll it back to a snapshot that carries ${KEYS.watermark}${sourceUuid}, or rebuild the topic`,
    { code: 'WATERMARK_DETACHED', context: { table: tableName(table.identifier), sourceUuid } },
  );
}

/** The watermark that a snapshot carries for a source. */
export function watermarkOf(summary: Snapshot['summary'], sourceUuid: string): Watermark | null {
  const snapshotId = summary[KEYS.watermark + sourceUuid];
  const sequenceNumber = summary[KEYS.watermarkSequence + sourceUuid];
  if (snapshotId === undefined || sequenceNumber === undefined) return null;
  return { snapshotId: BigInt(snapshotId), sequenceNumber: BigInt(sequenceNumber) };
}

function fromProperty(text: string | undefined): WatermarkCopy | null {
  if (text === undefined) return null;
  const { to, sequenceNumber, snapshotId, snapshotSequenceNumber } = JSON.parse(text) as Record<
    string,
    string
  >;
  return {
    watermark: { snapshotId: BigInt(to!), sequenceNumber: BigInt(sequenceNumber!) },
    snapshotId: BigInt(snapshotId!),
    snapshotSequenceNumber: BigInt(snapshotSequenceNumber!),
  };
}

/** Entries of the snapshot summary that carry a watermark. */
export function watermarkSummary(sourceUuid: string, watermark: Watermark): Record<string, string> {
  return {
    [KEYS.watermark + sourceUuid]: String(watermark.snapshotId),
    [KEYS.watermarkSequence + sourceUuid]: String(watermark.sequenceNumber),
  };
}

/** The property that keeps a copy for the day the snapshot is expired. */
export function watermarkProperty(
  sourceUuid: string,
  watermark: Watermark,
  written: { snapshotId: bigint; sequenceNumber: bigint },
): Record<string, string> {
  return {
    [KEYS.watermark + sourceUuid]: JSON.stringify({
      to: String(watermark.snapshotId),
      sequenceNumber: String(watermark.sequenceNumber),
      snapshotId: String(written.snapshotId),
      snapshotSequenceNumber: String(written.sequenceNumber),
    }),
  };
}

export function sameWatermark(left: Watermark | null, right: Watermark | null): boolean {
  return left?.snapshotId === right?.snapshotId;
}

/** The highest fencing token that ever wrote a table; a rollback does not lower it. */
export function tableToken(table: Table): bigint {
  let token = BigInt(table.properties[KEYS.fencingToken] ?? 0);
  for (const { summary } of table.snapshots()) {
    const written = BigInt(summary[KEYS.fencingToken] ?? 0);
    if (written > token) token = written;
  }
  return token;
}
