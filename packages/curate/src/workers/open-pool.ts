import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BatchPlan, EncodeRequest, EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import { type BatchPool, InlinePool } from './batch-pool.js';
import { leaveThreads, takeThreads } from './spare-threads.js';
import type { ThreadPool } from './thread-pool.js';

/** More threads than this wait for the one that reads and merges. */
const MOST_BY_DEFAULT = 3;
/** Threads that have not begun after so long never will. */
const BEGIN_MS = 30_000;
/** Batches of fewer bytes than this are looked into where they are: a thread costs more than they do. */
const WORTH_A_THREAD = 16 << 20;

/**
 * The pool of a run.
 *
 * @param workers Threads; 0 for none. By default one less than there are processors, up to 3, and none where there is
 *   one, or where the package was bundled without its worker module.
 * @param entry The module that the threads run.
 */
export function openPool(workers: number | undefined, entry: URL | null = workerModule()): BatchPool {
  const source = threadSource(workers, entry);
  return source === null ? new InlinePool() : new SharingPool(source);
}

/** Where the threads of a run come from; null where it is to have none. The arguments are those of {@link openPool}. */
export function threadSource(
  workers: number | undefined,
  entry: URL | null = workerModule(),
): ThreadSource | null {
  const threads = workers ?? Math.min(MOST_BY_DEFAULT, availableParallelism() - 1);
  if (threads === 0 || entry === null) return null;
  return {
    open: () => takeThreads(threads, entry),
    leave: async (pool) => await leaveThreads(pool, threads, entry),
  };
}

/** The module beside this one; null where a bundler has left it out, or does not say where its output is. */
function workerModule(): URL | null {
  const here: string | undefined = import.meta.url;
  if (typeof here !== 'string' || !here.startsWith('file:')) return null;
  const entry = new URL('./lean-ops-curate-worker.js', here);
  return existsSync(fileURLToPath(entry)) ? entry : null;
}

/** Where threads come from, and where they go when they are done. */
export interface ThreadSource {
  open(): ThreadPool;
  leave(pool: ThreadPool): Promise<void>;
}

/** Starts threads when the first batch comes that is worth one, and looks into some batches itself. */
class SharingPool implements BatchPool {
  readonly #own = new InlinePool();
  readonly #source: ThreadSource;
  readonly #ownIds = new Set<number>();
  #threads: ThreadPool | null = null;
  #begun: Promise<void> | null = null;
  #plan: BatchPlan | null = null;
  /** The threads did not begin to work. */
  #isAlone = false;

  constructor(source: ThreadSource) {
    this.#source = source;
  }

  get width(): number {
    return this.#threads?.width ?? 1;
  }

  async begin(plan: BatchPlan): Promise<void> {
    this.#plan = plan;
    this.#ownIds.clear();
    await this.#own.begin(plan);
    this.#begun = this.#isAlone ? null : (this.#threads?.begin(plan) ?? null);
    this.#begun?.catch(() => undefined);
  }

  async scan(request: ScanRequest): Promise<ScanResult> {
    const isSmall = (this.#threads === null || this.#isAlone) && request.byteLength < WORTH_A_THREAD;
    if (isSmall) {
      this.#ownIds.add(request.id);
      return await this.#own.scan(request);
    }
    const threads = await this.#started();
    if (threads !== null) return await threads.scan(request);
    this.#ownIds.add(request.id);
    return await this.#own.scan(request);
  }

  /** Null where no thread begins to work: then everything is done here. */
  async #started(): Promise<ThreadPool | null> {
    if (this.#isAlone) return null;
    this.#threads ??= this.#source.open();
    this.#begun ??= this.#threads.begin(this.#plan!);
    const begun = await beginsInTime(this.#begun);
    if (begun) return this.#threads;
    this.#isAlone = true;
    await this.#threads.close();
    return null;
  }

  async encode(request: EncodeRequest): Promise<EncodeResult> {
    return await (this.#ownIds.has(request.id) ? this.#own : this.#threads!).encode(request);
  }

  async close(): Promise<void> {
    const threads = this.#threads;
    this.#threads = null;
    if (threads !== null) await (this.#isAlone ? threads.close() : this.#source.leave(threads));
  }
}

/** A module that is not ours answers nothing; nothing was given to it yet. */
async function beginsInTime(begun: Promise<void>): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(BEGIN_MS, false, { signal: over.signal }).catch(() => false);
  try {
    return await Promise.race([begun.then(() => true), late]);
  } catch {
    return false;
  } finally {
    over.abort();
  }
}
