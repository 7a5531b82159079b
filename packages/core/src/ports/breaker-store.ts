export type BreakerState = 'closed' | 'open' | 'half-open';

/** Scope of the breaker that all topics share; no topic can be called so. */
export const GLOBAL_BREAKER = '*';

/** Where a breaker stands. A scope without a row is closed. */
export interface BreakerRow {
  /** A table-safe topic, or {@link GLOBAL_BREAKER}. */
  readonly scope: string;
  readonly state: BreakerState;
  /** What a person decided: held open (nothing flows), held closed (never trips), or null: the rules decide. */
  readonly override: 'open' | 'closed' | null;
  /** Why it is in its state, and who or what brought it there. */
  readonly reason: string | null;
  /** When the state last changed, milliseconds since the epoch. */
  readonly changedAt: number;
  /** How often it opened since it last was closed for good: what the pauses between probes grow by. */
  readonly trips: number;
  /** When an open breaker is probed next, milliseconds since the epoch; null where it is not open. */
  readonly nextProbeAt: number | null;
  /**
   * The breaker has switched the topic's event source mapping off, or is about to, and will switch it on again. Nobody
   * else may switch such a mapping on.
   */
  readonly mappingHeld: boolean;
  /** Fencing token of the last writer. */
  readonly token: bigint;
  /** How often the row was written; 0 for one that is not stored yet. */
  readonly revision: number;
}

/** What became of a topic's messages within one minute. */
export interface OutcomeCounts {
  readonly topic: string;
  /** Start of the minute, milliseconds since the epoch. */
  readonly minute: number;
  /** Messages that say something about the topic: failures of the shared sink are not among them. */
  readonly messages: number;
  /** Of these, unknown and contract failures. */
  readonly failures: number;
  /** Of the messages, those that the shared sink took: rejected ones were never offered to it. */
  readonly accepted: number;
  /** Messages that the shared sink did not take. */
  readonly sinkFailures: number;
}

export interface BreakerStore {
  get(scope: string): Promise<BreakerRow | null>;
  /** Sorted by scope. */
  list(): Promise<BreakerRow[]>;
  /**
   * Replaces the row where its stored revision is that of the given one and its stored token is not above; gives it with
   * its new revision. Null, and nothing changed, where somebody else was first.
   */
  save(row: BreakerRow): Promise<BreakerRow | null>;
  /**
   * Adds to a minute's counts; cheap, and forgotten after an hour or more. A call whose answer was lost may count
   * twice: the counts are read as rates.
   */
  count(counts: OutcomeCounts, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** What was counted in minutes that began at `since` or later, by minute and topic. */
  counts(since: number): Promise<OutcomeCounts[]>;
}
