import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** How often and how fast definite conflicts are tried again. */
export interface RetryOptions {
  /** Attempts after the first. Default 4. */
  retries?: number;
  /** Default 100. */
  minDelayMs?: number;
  /** Default 60,000. */
  maxDelayMs?: number;
}

/** What a catalog takes from its surroundings; each has a real default. */
export interface CatalogRuntimeOptions {
  /** Milliseconds since 1970. */
  now?: () => number;
  /** In [0, 1), for the jitter of retries. */
  random?: () => number;
  /** Source of snapshot ids and file names. */
  randomBytes?: (length: number) => Uint8Array;
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  retry?: RetryOptions;
}

/** {@link CatalogRuntimeOptions} with the defaults filled in. */
export interface CatalogRuntime {
  readonly now: () => number;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly retry: Required<RetryOptions>;
}

export function resolveRuntime(options: CatalogRuntimeOptions): CatalogRuntime {
  const { retries = 4, minDelayMs = 100, maxDelayMs = 60_000 } = options.retry ?? {};
  return {
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    randomBytes: options.randomBytes ?? randomBytes,
    sleep: options.sleep ?? sleepReally,
    retry: { retries, minDelayMs, maxDelayMs },
  };
}

async function sleepReally(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
}
