import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { BatchPlan, EncodeRequest, EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import { type BatchPool, InlinePool } from './batch-pool.js';
import { ThreadPool } from './thread-pool.js';

/** More threads than this wait for the one that reads and merges. */
const MOST_BY_DEFAULT = 4;
/** Batches of fewer bytes than this are looked into where they are: a thread costs more than they do. */
const WORTH_A_THREAD = 16 << 20;

/**
 * The pool of a run.
 *
 * @param workers Threads; 0 for none. By default as many as there are processors, up to 4, and none where the package
 *   was bundled without its worker module.
 */
export function openPool(workers: number | undefined): BatchPool {
  const entry = new URL('./worker.js', import.meta.url);
  const threads = workers ?? (isThere(entry) ? Math.min(MOST_BY_DEFAULT, availableParallelism()) : 0);
  if (threads === 0) return new InlinePool();
  return new GrowingPool(() => new ThreadPool(threads, entry));
}

function isThere(entry: URL): boolean {
  return entry.protocol === 'file:' && existsSync(fileURLToPath(entry));
}

/** Starts threads when the first batch comes that is worth one. */
export class GrowingPool implements BatchPool {
  readonly #inline = new InlinePool();
  readonly #open: () => BatchPool;
  readonly #inlineIds = new Set<number>();
  #threads: BatchPool | null = null;
  #begun: Promise<void> | null = null;
  #plan: BatchPlan | null = null;

  constructor(open: () => BatchPool) {
    this.#open = open;
  }

  get width(): number {
    return this.#threads?.width ?? 1;
  }

  async begin(plan: BatchPlan): Promise<void> {
    this.#plan = plan;
    this.#inlineIds.clear();
    await this.#inline.begin(plan);
    this.#begun = this.#threads?.begin(plan) ?? null;
    await this.#begun;
  }

  async scan(request: ScanRequest): Promise<ScanResult> {
    if (this.#threads === null && request.batch.byteLength < WORTH_A_THREAD) {
      this.#inlineIds.add(request.id);
      return this.#inline.scan(request);
    }
    this.#threads ??= this.#open();
    this.#begun ??= this.#threads.begin(this.#plan!);
    await this.#begun;
    return await this.#threads.scan(request);
  }

  async encode(request: EncodeRequest): Promise<EncodeResult> {
    return await (this.#inlineIds.has(request.id) ? this.#inline : this.#threads!).encode(request);
  }

  async close(): Promise<void> {
    await this.#threads?.close();
  }
}
