import { Positions } from '../tables/positions.js';
import type { CarriedRow } from './carry-over.js';
import type { CollectedVersions } from './collect-versions.js';
import { decideKey, isDemoted, type MergeContext, suspects } from './decide-key.js';
import type { ExistingRow } from './existing-row.js';
import { existingRows } from './existing-rows.js';
import { copiesInRaw } from './raw-lookup.js';
import type { StandardizeStep, StepPlan } from './standardize-step.js';

/** Versions whose rows are written. */
export interface Winners {
  readonly versions: Int32Array;
  /** `_first_seen_ts` of those for which it is not their own `ingestion_ts`. */
  readonly firstSeen: ReadonlyMap<number, bigint>;
  /** `_seen` of those for which it is not what they say themselves. */
  readonly seen: ReadonlyMap<number, readonly bigint[] | null>;
}

/** What a step does to the rows of Standardized. */
export interface MergePlan {
  readonly winners: Winners;
  readonly carried: readonly CarriedRow[];
  /** Rows that give way to winners and carried rows. */
  readonly replaced: Positions;
  readonly copies: number;
  readonly superseded: number;
  readonly inserted: number;
  readonly updated: number;
  readonly reusedMessageIds: number;
  /** Merge keys that cannot be decided without everything that RAW has of them. */
  readonly demoted: readonly string[];
}

export interface PlanMergeOptions {
  /** Merge keys of which everything that RAW has is among the versions. */
  readonly complete: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** Folds what a run brought into what is there, key by key. */
export async function planMerge(
  { raw, target, to }: StandardizeStep,
  { key, order, payloadHash }: StepPlan,
  { versions }: CollectedVersions,
  { complete, signal }: PlanMergeOptions,
): Promise<MergePlan> {
  const existing = await existingRows({ table: target, versions, order, signal });
  const seenHash = (version: number): bigint => versions.seenHash(version);
  const unsure: MergeContext = { versions, order, seenHash, knownCopies: new Set() };
  const isComplete = (number: number): boolean => complete.has(versions.mergeKeys.text(number));
  const suspected = [...existing].flatMap(([number, row]) =>
    complete.size > 0 && isComplete(number) ? [] : suspects(number, row, unsure),
  );
  const knownCopies = await copiesInRaw({
    raw,
    snapshotId: to.snapshotId,
    versions,
    suspects: suspected,
    key,
    order,
    payloadHash,
    signal,
  });
  const context = { ...unsure, knownCopies };
  const demoted = [...existing].filter(
    ([number, row]) => isDemoted(number, row, context) && !isComplete(number),
  );
  return {
    ...foldKeys(existing, context, complete.size > 0 ? isComplete : () => false),
    demoted: demoted.map(([number]) => versions.mergeKeys.text(number)),
  };
}

function foldKeys(
  existing: ReadonlyMap<number, ExistingRow>,
  context: MergeContext,
  isComplete: (key: number) => boolean,
): Omit<MergePlan, 'demoted'> {
  const { versions } = context;
  const winners = new Int32Array(versions.mergeKeys.length);
  let count = 0;
  const firstSeen = new Map<number, bigint>();
  const seen = new Map<number, readonly bigint[] | null>();
  const carried: CarriedRow[] = [];
  const replaced = new Positions();
  const sums = { copies: 0, superseded: 0, inserted: 0, updated: 0, reusedMessageIds: 0 };
  for (let key = 0; key < versions.mergeKeys.length; key++) {
    const row = existing.get(key) ?? null;
    const last = versions.lastOfKey(key);
    if (row === null && versions.isAlone(last)) {
      winners[count++] = last;
      sums.inserted++;
      continue;
    }
    // Where everything is known, the row has nothing to add.
    const decision = decideKey(key, isComplete(key) ? null : row, context);
    sums.copies += decision.copies;
    sums.superseded += decision.superseded;
    sums.reusedMessageIds += decision.reusedMessageIds;
    if (decision.unchanged) continue;
    if (decision.version !== -1) {
      winners[count++] = decision.version;
      if (decision.firstSeen !== versions.ingestion(decision.version))
        firstSeen.set(decision.version, decision.firstSeen);
      // Of most it is what they say themselves: nothing.
      if (decision.seen !== null || versions.isJourneyOrdered(decision.version))
        seen.set(decision.version, decision.seen);
      sums[row === null ? 'inserted' : 'updated']++;
    } else if (row !== null) {
      carried.push({
        mergeKey: versions.mergeKeys.text(key),
        existing: row,
        decision,
      });
    }
    if (row !== null) replaced.add(row.file, row.position);
  }
  return { winners: { versions: winners.subarray(0, count), firstSeen, seen }, carried, replaced, ...sums };
}
