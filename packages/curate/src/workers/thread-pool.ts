import { Worker } from 'node:worker_threads';
import type { TopicContract } from '@lean-ops/core';
import { IcebergError, type IcebergErrorCode } from '@lean-ops/iceberg';
import { CurateError, type CurateErrorCode } from '../error.js';
import type { LayerColumns } from '../reconcile/layer-columns.js';
import type { RecordData } from '../reconcile/records.js';
import type { BatchPlan, EncodeRequest, EncodeResult, ScanRequest, ScanResult } from './batch-messages.js';
import type { BatchPool } from './batch-pool.js';
import { copyBuffers, movable } from './buffers.js';
import type { ThreadAnswer, ThreadError, ThreadRequest } from './thread-messages.js';

type Request = ThreadRequest extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'number'>
    : never
  : never;

/** Pieces of RAW that wait for a thread at most, for it to find one when it is done with another. */
const MOST_COPIES = 2;

/** Looks into batches in threads of their own. A batch stays with the thread that was given it. */
export class ThreadPool implements BatchPool {
  readonly width: number;
  readonly #threads: readonly Thread[];
  readonly #threadOf = new Map<number, Thread>();

  /** @param entry The module that the threads run. */
  constructor(threads: number, entry: URL) {
    this.#threads = Array.from({ length: threads }, () => new Thread(entry));
    this.width = threads * 2;
  }

  async begin(plan: BatchPlan): Promise<void> {
    this.#threadOf.clear();
    await Promise.all(this.#threads.map((thread) => thread.ask({ job: 'begin', request: plan })));
  }

  scan(request: ScanRequest): Promise<ScanResult> {
    const thread = this.#idlest();
    this.#threadOf.set(request.id, thread);
    const { request: own, buffers } = movable(request);
    return thread.ask({ job: 'scan', request: own }, buffers) as Promise<ScanResult>;
  }

  encode(request: EncodeRequest): Promise<EncodeResult> {
    return this.#threadOf.get(request.id)!.ask({ job: 'encode', request }) as Promise<EncodeResult>;
  }

  /** Lets the threads read rows of RAW for the oracle. */
  async beginCopies(contract: TopicContract | null): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.ask({ job: 'begin-copies', request: contract })));
  }

  /** Whether a thread has little to do. */
  get hasRoom(): boolean {
    return this.#idlest().waiting < MOST_COPIES;
  }

  /** @param columns Theirs is their memory, which moves to the thread. */
  readCopies(columns: LayerColumns): Promise<RecordData> {
    const asked = this.#idlest().ask({ job: 'copies', request: columns }, copyBuffers(columns));
    return asked as Promise<RecordData>;
  }

  #idlest(): Thread {
    return this.#threads.reduce((least, each) => (each.waiting < least.waiting ? each : least));
  }

  /**
   * Lets the threads wait for another run, with nothing kept of this one; the process may end meanwhile.
   *
   * @returns false where they cannot: one has failed, or has something to do.
   */
  async rest(): Promise<boolean> {
    this.#threadOf.clear();
    if (!this.#threads.every((thread) => thread.isFree)) return false;
    try {
      await Promise.all(this.#threads.map((thread) => thread.ask({ job: 'rest', request: null })));
    } catch {
      return false;
    }
    for (const thread of this.#threads) thread.unref();
    return true;
  }

  /** Goes on after {@link rest}; false where a thread has ended meanwhile. */
  wake(): boolean {
    for (const thread of this.#threads) thread.ref();
    return this.#threads.every((thread) => thread.isFree);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One thread and the requests that it has not answered yet. */
class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  /** Why it can answer nothing any more. */
  #failure: Error | null = null;

  constructor(entry: URL) {
    this.#worker = new Worker(entry);
    this.#worker.on('message', (answer: ThreadAnswer) => this.#take(answer));
    this.#worker.on('messageerror', (cause) => this.#fail(lost('an answer could not be read', cause)));
    this.#worker.on('error', (cause) =>
      this.#fail(lost(cause instanceof Error ? cause.message : String(cause), cause)),
    );
    this.#worker.on('exit', (code) => this.#fail(lost(`it ended with ${code}`)));
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get isFree(): boolean {
    return this.#failure === null && this.#waiting.size === 0;
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  async ask(request: Request, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#failure !== null) throw this.#failure;
    const number = this.#next++;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, ...request }, transfer);
    });
  }

  async close(): Promise<void> {
    this.#failure ??= lost('it was closed');
    await this.#worker.terminate();
  }

  #take({ number, result, error }: ThreadAnswer): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error === null) waiting?.resolve(result);
    else waiting?.reject(revived(error));
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function lost(reason: string, cause?: unknown): CurateError {
  return new CurateError(
    `a worker thread of this run was lost: ${reason}. Nothing was committed; run again, with fewer workers or smaller commits if memory ran out`,
    { code: 'WORKER_LOST', retryable: true, context: { reason }, ...(cause === undefined ? {} : { cause }) },
  );
}

function revived({ kind, message, stack, code }: ThreadError): Error {
  const cause = new Error(message);
  if (stack !== null) cause.stack = stack;
  if (kind === 'curate') return new CurateError(message, { code: code as CurateErrorCode, cause });
  if (kind === 'iceberg') return new IcebergError(message, { code: code as IcebergErrorCode, cause });
  return cause;
}
