import type { HandOver } from '@lean-ops/curate';

/** What a handler asks of its invocation; Lambda's context has it. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** A signal that is aborted after some milliseconds of real time. */
export type DeadlineSignal = (ms: number) => AbortSignal;

/** Kept back of an invocation's time, for what cannot be interrupted and for the answer. */
const RESERVE_MS = 45_000;

/** The time that a job has in an invocation; without one, as long as it takes. */
export function handOverOf(
  invocation: Invocation | undefined,
  deadlineSignal: DeadlineSignal = (ms) => AbortSignal.timeout(ms),
): { handOver?: HandOver & { readonly signal: AbortSignal } } {
  if (invocation === undefined) return {};
  const remainingMs = (): number => invocation.getRemainingTimeInMillis() - RESERVE_MS;
  return { handOver: { remainingMs, signal: deadlineSignal(Math.max(0, remainingMs())) } };
}

/** Kept back for the answer alone. */
const ANSWER_MS = 15_000;
const SPARE_MS = 15_000;

/** Ends what is done after the job, and is of less weight than the answer; undefined without an invocation. */
export function spareTime(
  invocation: Invocation | undefined,
  deadlineSignal: DeadlineSignal = (ms) => AbortSignal.timeout(ms),
): AbortSignal | undefined {
  if (invocation === undefined) return undefined;
  const left = invocation.getRemainingTimeInMillis() - ANSWER_MS;
  return deadlineSignal(Math.max(0, Math.min(SPARE_MS, left)));
}
