import type { Clock, TopicRegistry, TopicRow } from '@lean-ops/core';

/** How long a change of a registry row may take to reach every instance of the processor. */
const LIFE_MS = 60_000;

export interface CachedRegistryOptions {
  readonly registry: Pick<TopicRegistry, 'get'>;
  readonly clock: Clock;
  /** Milliseconds. Default one minute. */
  readonly lifeMs?: number;
}

/**
 * Reads a topic's registry row once a minute instead of once a batch.
 *
 * That a topic is not registered is never kept: its messages would go to quarantine for a minute more after it is.
 * Neither is an error: it is the caller's, and the next batch asks again.
 */
export function cachedRegistry(options: CachedRegistryOptions): (topic: string) => Promise<TopicRow | null> {
  const { registry, clock, lifeMs = LIFE_MS } = options;
  const known = new Map<string, { readonly row: TopicRow; readonly until: number }>();
  return async (topic) => {
    const kept = known.get(topic);
    const now = clock.now();
    // A clock that was set back would keep a row for longer than its life.
    if (kept !== undefined && now < kept.until && kept.until <= now + lifeMs) return kept.row;
    const row = await registry.get(topic);
    if (row === null) known.delete(topic);
    else known.set(topic, { row, until: now + lifeMs });
    return row;
  };
}
