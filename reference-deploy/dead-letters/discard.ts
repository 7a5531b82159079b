import type { TrackedError, TrackedStatus } from '@lean-ops/core';
import { DeadLetterError } from './error.js';
import type { DeadLetterPorts } from './ports.js';
import { type DeadLetterFilter, selectDeadLetters, take } from './select.js';

export interface DiscardOptions {
  readonly filter?: DeadLetterFilter;
  readonly limit?: number;
  /** Who says so. */
  readonly by: string;
  /** Why; it must say something. */
  readonly reason: string;
  /** Changes nothing. */
  readonly dryRun?: boolean;
}

export interface DiscardOutcome {
  readonly record: TrackedError;
  /** `not-open`: it was replayed or discarded before; also by somebody else since it was looked at. */
  readonly outcome: 'discarded' | 'would-discard' | 'not-open';
}

/** A message that a run claimed and did not send is nobody's until it is named. */
const DISCARDABLE: readonly TrackedStatus[] = ['open', 'replaying'];

/**
 * Says that messages will not be replayed. Nothing is deleted: the archive keeps each, the tracker says who discarded
 * it, when and why, and accountability goes on counting it. A discarded message can still be replayed by asking for
 * that status.
 *
 * @throws {DeadLetterError} `OPTION_INVALID` without a reason or a name.
 */
export async function* discardDeadLetters(
  { tracker, clock }: Pick<DeadLetterPorts, 'tracker' | 'clock'>,
  { filter = {}, limit = Number.POSITIVE_INFINITY, by, reason, dryRun = false }: DiscardOptions,
): AsyncGenerator<DiscardOutcome> {
  for (const [name, text] of Object.entries({ by, reason })) {
    if (text.trim() !== '') continue;
    throw new DeadLetterError(`discarding needs ${name}: say ${name === 'by' ? 'who' : 'why'}`, {
      code: 'OPTION_INVALID',
      context: { option: name },
    });
  }
  // Whoever names a message hears what became of it; whoever names a topic means what is open.
  const selected = filter.ids === undefined ? { ...filter, statuses: ['open' as const] } : filter;
  for await (const record of take(selectDeadLetters(tracker, selected), limit)) {
    if (!DISCARDABLE.includes(record.status)) {
      yield { record, outcome: 'not-open' };
      continue;
    }
    if (dryRun) {
      yield { record, outcome: 'would-discard' };
      continue;
    }
    const { status, replays } = record;
    const changed = await tracker.changeStatus(record.id, {
      from: { status, replays },
      to: { status: 'discarded', replays },
      change: { at: clock.now(), by, reason },
    });
    yield { record, outcome: changed ? 'discarded' : 'not-open' };
  }
}
