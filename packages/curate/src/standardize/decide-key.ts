import { compareBytes } from '../dedup/byte-arena.js';
import type { Contender, VersionTable } from '../dedup/version-table.js';
import { compareContenders } from '../order/newest.js';
import type { OrderPlan } from '../order/order-plan.js';
import type { ExistingRow } from './existing-row.js';
import { foldSeen, SEEN_LIMIT } from './seen.js';

/** What a run does with one key. */
export interface KeyDecision {
  /** Version whose row is written; -1 where the row that is there stays the current one. */
  readonly version: number;
  /** The row that is there is right as it is: nothing is written. */
  readonly unchanged: boolean;
  readonly seen: readonly bigint[] | null;
  readonly firstSeen: bigint;
  /** Versions of this run that repeat one that earlier runs folded. */
  readonly copies: number;
  /** Versions, of this run or the one that was there, that are not the current one. */
  readonly superseded: number;
  /** Message ids to which this run gives other bytes than the row that was there. */
  readonly reusedMessageIds: number;
}

export interface MergeContext {
  readonly versions: VersionTable;
  readonly order: OrderPlan;
  /** `_seen` hash of a version that its journey ordered. */
  readonly seenHash: (version: number) => bigint;
  /** Versions that RAW has shown to repeat messages of earlier runs. */
  readonly knownCopies: ReadonlySet<number>;
}

/**
 * Folds the versions that a run brought for one key into the row that Standardized has of it.
 *
 * Copies of what was folded before drop out; the newest of the rest and of the row stays. A copy of the row's own
 * version with a lesser (`ingestion_ts`, `sqs_message_id`) takes the row's place.
 */
export function decideKey(key: number, existing: ExistingRow | null, context: MergeContext): KeyDecision {
  const { versions } = context;
  let firstSeen = existing?.firstSeen ?? null;
  let same = -1;
  let copies = 0;
  const fresh: number[] = [];
  const journey: bigint[] = [];
  let reusedMessageIds = 0;
  for (const version of versions.versionsOf(key)) {
    const ingestion = versions.ingestion(version);
    if (firstSeen === null || ingestion < firstSeen) firstSeen = ingestion;
    if (existing !== null && isSameVersion(version, existing, context)) {
      same = version;
      copies++;
      continue;
    }
    if (isFolded(version, existing, context)) {
      copies++;
      continue;
    }
    if (versions.isJourneyOrdered(version)) journey.push(context.seenHash(version));
    if (existing !== null && reusesMessageId(version, existing, versions)) reusedMessageIds++;
    fresh.push(version);
  }
  const seen = foldSeen(existing?.seen ?? null, journey.reverse());
  const base = same !== -1 && existing !== null && isEarlier(same, existing, versions) ? same : -1;
  const version = newest(fresh, base, existing, versions);
  return {
    version,
    unchanged: version === -1 && seen === (existing?.seen ?? null) && firstSeen === existing?.firstSeen,
    seen,
    firstSeen: firstSeen ?? 0n,
    copies,
    superseded: fresh.length + (existing === null ? 0 : 1) - 1,
    reusedMessageIds,
  };
}

/** Versions of a key that may repeat a folded message, though `_seen` cannot tell: to be looked up in RAW. */
export function suspects(key: number, existing: ExistingRow | null, context: MergeContext): number[] {
  if (existing?.seen == null) return [];
  const { versions } = context;
  const full = existing.seen.length >= SEEN_LIMIT;
  return [...versions.versionsOf(key)].filter(
    (version) =>
      versions.isJourneyOrdered(version) &&
      !isSameVersion(version, existing, context) &&
      (existing.seen!.includes(context.seenHash(version)) ? isAmbiguous(version, context) : full),
  );
}

/**
 * Whether an earlier copy takes the row's place and is older in the order than the copy that won: what that one had
 * beaten has to be asked again.
 */
export function isDemoted(key: number, existing: ExistingRow, context: MergeContext): boolean {
  const { versions } = context;
  for (const version of versions.versionsOf(key)) {
    if (!versions.isJourneyOrdered(version) || !isSameVersion(version, existing, context)) continue;
    return (
      isEarlier(version, existing, versions) && compareContenders(versions.contender(version), existing) < 0
    );
  }
  return false;
}

/** The newest of the fresh versions and of the row (or the copy that takes its place); -1 for the row as it is. */
function newest(
  fresh: readonly number[],
  base: number,
  existing: ExistingRow | null,
  versions: VersionTable,
): number {
  const only = fresh[0];
  if (existing === null && fresh.length === 1 && only !== undefined) return only;
  let best = base;
  let contender: Contender | null = base === -1 ? existing : versions.contender(base);
  for (const version of fresh) {
    const challenger = versions.contender(version);
    if (contender !== null && compareContenders(challenger, contender) <= 0) continue;
    best = version;
    contender = challenger;
  }
  return best;
}

function isSameVersion(version: number, existing: ExistingRow, { versions, order }: MergeContext): boolean {
  if (versions.payloadHash(version) !== existing.payloadHash) return false;
  if (compareBytes(versions.messageId(version), existing.messageId) !== 0) return false;
  if (order.byPublishTime) {
    if (versions.fromProducer(version) !== existing.fromProducer) return false;
    if (existing.fromProducer && versions.publishTime(version) !== existing.publishTime) return false;
  }
  return order.columns.every((column, index) => {
    if (column.kind !== 'text' || !order.producerColumns.includes(column.column)) return true;
    const own = versions.orderText(version, column.column);
    const theirs = existing.orderValues[index] as Uint8Array | null;
    return own === null || theirs === null ? own === theirs : compareBytes(own, theirs) === 0;
  });
}

function isFolded(version: number, existing: ExistingRow | null, context: MergeContext): boolean {
  if (context.knownCopies.has(version)) return true;
  return (
    existing?.seen != null &&
    context.versions.isJourneyOrdered(version) &&
    !isAmbiguous(version, context) &&
    existing.seen.includes(context.seenHash(version))
  );
}

/**
 * Whether versions of one message id and payload may still differ in what the producer gave: then `_seen`, which knows
 * only message id and payload, cannot say that one is a copy.
 */
function isAmbiguous(version: number, { versions, order }: MergeContext): boolean {
  return order.producerColumns.length > 0 || (order.byPublishTime && versions.fromProducer(version));
}

function isEarlier(version: number, existing: ExistingRow, versions: VersionTable): boolean {
  const ingestion = versions.ingestion(version);
  if (ingestion !== existing.ingestion) return ingestion < existing.ingestion;
  return compareBytes(versions.sqsMessageId(version), existing.sqsMessageId) < 0;
}

function reusesMessageId(version: number, existing: ExistingRow, versions: VersionTable): boolean {
  return (
    versions.payloadHash(version) !== existing.payloadHash &&
    compareBytes(versions.messageId(version), existing.messageId) === 0
  );
}
