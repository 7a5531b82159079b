import {
  type BreakerRow,
  type BreakerStore,
  type Clock,
  GLOBAL_BREAKER,
  type Logger,
  type Metrics,
  type OpsEntry,
  type OpsOutbox,
} from '@lean-ops/core';
import { closedBreaker } from '@lean-ops/ingest';

interface BookParts {
  readonly breakers: BreakerStore;
  readonly outbox: OpsOutbox;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Fencing token of the round. */
  readonly token: bigint;
}

/** What happened so lately is told again in every round: whoever wrote a row may have ended before it told. */
const TOLD_AGAIN_MS = 15 * 60_000;

/** The breakers as one round knows them. A row that somebody else has changed meanwhile is left to the next round. */
export class BreakerBook {
  readonly #parts: BookParts;
  readonly #rows: Map<string, BreakerRow>;
  readonly #lost = new Set<string>();
  readonly #turned = new Set<string>();
  /** Rows that changed their state, not told yet. */
  #untold: BreakerRow[] = [];

  private constructor(parts: BookParts, rows: readonly BreakerRow[]) {
    this.#parts = parts;
    this.#rows = new Map(rows.map((row) => [row.scope, row]));
  }

  static async open(parts: BookParts): Promise<BreakerBook> {
    const rows = await parts.breakers.list();
    const since = parts.clock.now() - TOLD_AGAIN_MS;
    await tell(
      rows.filter(({ changedAt, reason }) => changedAt >= since && reason !== null),
      parts,
    );
    return new BreakerBook(parts, rows);
  }

  get rows(): ReadonlyMap<string, BreakerRow> {
    return this.#rows;
  }

  get global(): BreakerRow | undefined {
    return this.#rows.get(GLOBAL_BREAKER);
  }

  rowOf(scope: string): BreakerRow {
    return this.#rows.get(scope) ?? closedBreaker(scope, this.#parts.clock.now());
  }

  /** Whether the round may still act on a breaker. */
  isOurs(scope: string): boolean {
    return !this.#lost.has(scope);
  }

  /** Whether a breaker changed its state in this round. */
  hasTurned(scope: string): boolean {
    return this.#turned.has(scope);
  }

  /** Saves what the rules made of a row; false where somebody else was first. {@link tell} says what changed. */
  async change(before: BreakerRow, after: BreakerRow): Promise<boolean> {
    const { breakers, logger, metrics, token } = this.#parts;
    const { scope } = before;
    if (!this.isOurs(scope)) return false;
    if (after === before) return true;
    const saved = await breakers.save({ ...after, token });
    if (saved === null) {
      this.#lost.add(scope);
      logger.warn('somebody else has changed a breaker: it is left to the next round', { scope });
      return false;
    }
    this.#rows.set(scope, saved);
    if (before.state === saved.state) return true;
    this.#turned.add(scope);
    const { state: to, reason, trips, nextProbeAt } = saved;
    logger.warn('a circuit breaker changed', { scope, from: before.state, to, reason, trips, nextProbeAt });
    metrics.add('BreakerTransitions', 1, 'Count', { topic: scope, from: before.state, to });
    this.#untold.push(saved);
    return true;
  }

  /** Tells of the changes since it was last called, all at once: the outbox has one head for all who write. */
  async tell(): Promise<void> {
    const rows = this.#untold;
    this.#untold = [];
    await tell(rows, this.#parts);
  }
}

/** A transition is a fact of its own, however often it is put: breaker, state and time make its id. */
async function tell(rows: readonly BreakerRow[], { outbox, logger }: BookParts): Promise<void> {
  if (rows.length === 0) return;
  try {
    await outbox.put(rows.map(transitionEntry));
  } catch (error) {
    // The breaker stands as it stands; the next rounds tell of it again.
    logger.error('transitions of circuit breakers could not be logged', { breakers: rows.length, error });
  }
}

function transitionEntry({
  scope,
  state,
  reason,
  changedAt,
  trips,
  token,
}: BreakerRow): Omit<OpsEntry, 'sequence'> {
  return {
    id: `breaker:${scope}:${changedAt}:${state}`,
    table: 'job_runs',
    row: {
      topic: scope,
      layer: 'queue',
      run_id: `circuit-breaker:${token}`,
      status: `breaker-${state}`,
      started_at: changedAt,
      finished_at: changedAt,
      error_message: reason,
      trips,
    },
  };
}
