import type { Clock, Random, TopicRegistry, TopicRow } from '@lean-ops/core';

/** About how long a change of a registry row may take to reach every instance of the processor. */
const LIFE_MS = 60_000;
/** An instance older than this has seldom not been replaced; a row that old is not trusted any more. */
const STALE_LIFE_MS = 86_400_000;
/** While the registry gives errors it is not asked with every batch: each time may take its time-outs. */
const PAUSE_MS = 5_000;

export interface CachedRegistryOptions {
  readonly registry: Pick<TopicRegistry, 'get'>;
  readonly clock: Clock;
  /** Spreads the reads of instances that began together: a life is 80 to 120 % of `lifeMs`. Without it none is. */
  readonly random?: Pick<Random, 'next'>;
  /** Milliseconds. Default one minute. */
  readonly lifeMs?: number;
  /**
   * Called when the registry gave an error and the row kept from before, read at most a day ago, is given instead.
   * Without it the error is the caller's.
   */
  readonly onStale?: (topic: string, error: unknown) => void;
}

interface KnownRow {
  readonly row: TopicRow;
  readonly readAt: number;
  /** When the registry was asked last, and when it is asked again. */
  readonly askedAt: number;
  readonly askAgainAt: number;
}

/**
 * Reads a topic's registry row about once a minute instead of once a batch.
 *
 * Where `onStale` is given, a row that was read within the last day outlives an outage of the registry, which is asked
 * again every few seconds; what has changed meanwhile, a removed row too, counts as soon as it answers. Errors about
 * topics that were never read are the caller's. That a topic is not registered is never kept: its messages would go to
 * quarantine for a minute more after it is.
 */
export function cachedRegistry(options: CachedRegistryOptions): (topic: string) => Promise<TopicRow | null> {
  const { registry, clock, random, lifeMs = LIFE_MS, onStale } = options;
  const known = new Map<string, KnownRow>();
  const jittered = (milliseconds: number): number =>
    random === undefined ? milliseconds : milliseconds * (0.8 + 0.4 * random.next());
  return async (topic) => {
    const kept = known.get(topic);
    const now = clock.now();
    // A clock that was set back would keep a row for longer than its life.
    if (kept !== undefined && kept.askedAt <= now && now < kept.askAgainAt) return kept.row;
    let row: TopicRow | null;
    try {
      row = await registry.get(topic);
    } catch (error) {
      if (onStale === undefined || kept === undefined || now - kept.readAt >= STALE_LIFE_MS) throw error;
      onStale(topic, error);
      known.set(topic, { ...kept, askedAt: now, askAgainAt: now + jittered(PAUSE_MS) });
      return kept.row;
    }
    if (row === null) known.delete(topic);
    else known.set(topic, { row, readAt: now, askedAt: now, askAgainAt: now + jittered(lifeMs) });
    return row;
  };
}
