import { ThreadPool } from './thread-pool.js';

/** Threads that nobody has asked for so long give their memory back. */
const REST_MS = 10_000;

interface Resting {
  readonly pool: ThreadPool;
  readonly key: string;
  readonly over: NodeJS.Timeout;
}

/**
 * Threads of a run that has ended, for the next one: a new thread loads its modules and compiles them, which takes longer
 * than a few hundred thousand rows.
 */
let resting: Resting | null = null;

const keyOf = (threads: number, entry: URL): string => `${threads} ${entry.href}`;

/** Threads that rest, or new ones. */
export function takeThreads(threads: number, entry: URL): ThreadPool {
  const spare = resting;
  if (spare?.key !== keyOf(threads, entry)) return new ThreadPool(threads, entry);
  resting = null;
  clearTimeout(spare.over);
  if (spare.pool.wake()) return spare.pool;
  ended(spare.pool);
  return new ThreadPool(threads, entry);
}

/** Lets the threads of a run rest where they can, and others do not rest already; else they end. */
export async function leaveThreads(
  pool: ThreadPool,
  threads: number,
  entry: URL,
  restMs: number = REST_MS,
): Promise<void> {
  if (resting !== null || !(await pool.rest()) || resting !== null) {
    await pool.close();
    return;
  }
  const over = setTimeout(() => {
    resting = null;
    ended(pool);
  }, restMs);
  over.unref();
  resting = { pool, key: keyOf(threads, entry), over };
}

/** Nobody waits for threads to end. */
function ended(pool: ThreadPool): void {
  pool.close().catch(() => undefined);
}
