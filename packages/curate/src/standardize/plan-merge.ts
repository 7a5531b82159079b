import type { CollectedVersions } from './collect-versions.js';
import { isDemoted, type MergeContext, suspects } from './decide-key.js';
import { type ExistingRow, ownRow } from './existing-row.js';
import { existingRows } from './existing-rows.js';
import { type FoldedKeys, KeyFold } from './fold-keys.js';
import { copiesInRaw } from './raw-lookup.js';
import type { StandardizeStep, StepPlan } from './standardize-step.js';

/** What a step does to the rows of Standardized. */
export interface MergePlan extends FoldedKeys {
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
  const isComplete = (number: number): boolean =>
    complete.size > 0 && complete.has(versions.mergeKeys.text(number));
  // Filled once RAW was asked about the suspects, of which no key is decided before.
  const knownCopies = new Set<number>();
  const context: MergeContext = {
    versions,
    order,
    seenHash: (version) => versions.seenHash(version),
    knownCopies,
  };
  const keys = new KeyFold(context, isComplete);
  const suspected: number[] = [];
  const suspectedOf = new Map<number, ExistingRow>();
  const demoted: string[] = [];
  for await (const { key: number, row } of existingRows({ table: target, versions, order, signal })) {
    const isKnown = isComplete(number);
    if (!isKnown && isDemoted(number, row, context)) demoted.push(versions.mergeKeys.text(number));
    const doubtful = isKnown ? [] : suspects(number, row, context);
    if (doubtful.length === 0) {
      keys.fold(number, row);
    } else {
      suspected.push(...doubtful);
      suspectedOf.set(number, ownRow(row));
    }
  }
  const { snapshotId } = to;
  const copies = await copiesInRaw({
    raw,
    snapshotId,
    versions,
    suspects: suspected,
    key,
    order,
    payloadHash,
    signal,
  });
  for (const copy of copies) knownCopies.add(copy);
  for (const [number, row] of suspectedOf) keys.fold(number, row);
  return { ...keys.finish(), demoted };
}
