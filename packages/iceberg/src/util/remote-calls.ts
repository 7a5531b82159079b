import { setTimeout as wait } from 'node:timers/promises';
import { IcebergError, throwIfAborted } from '../error.js';
import { abortable } from './abortable.js';

/** How calls over a network are bounded and tried again. */
export interface RemoteCallOptions {
  /** Attempts in all, the first included. Default 5. */
  attempts?: number;
  /** Pause before the second attempt at most; doubles from there. Default 100. */
  minDelayMs?: number;
  /** Default 20,000. */
  maxDelayMs?: number;
  /**
   * Second attempts that may be outstanding at once over all calls. A retry takes one, a success gives one back, so that
   * a service in trouble is not stormed. Default 100.
   */
  retryBudget?: number;
  /** Time one attempt may take, its body included. Default 120,000. */
  timeoutMs?: number;
  /** In [0, 1), for the jitter. */
  random?: () => number;
  /** Pauses between attempts. */
  sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls back when the time of an attempt is over; gives the function that cancels it. Default: `setTimeout`. */
  startTimer?: (milliseconds: number, onEnd: () => void) => () => void;
}

/** An attempt ran into its time limit: whether the service did the work is not known. */
class CallTimeout extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'TimeoutError';
  }
}

/** What to do with the error of one attempt. */
export interface RetryRule {
  /** Whether another attempt may help. */
  retryable: (error: unknown) => boolean;
  /** Least pause the service asked for, in milliseconds. */
  pauseMs?: (error: unknown) => number | undefined;
  signal?: AbortSignal | undefined;
}

/** Bounded, repeated calls: a time limit per attempt, full jitter between attempts, one retry budget for all of them. */
export class RemoteCalls {
  readonly attempts: number;
  readonly #minDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #timeoutMs: number;
  readonly #random: () => number;
  readonly #sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly #startTimer: (milliseconds: number, onEnd: () => void) => () => void;
  readonly #fullBudget: number;
  #budget: number;

  constructor(options: RemoteCallOptions = {}) {
    this.attempts = options.attempts ?? 5;
    this.#minDelayMs = options.minDelayMs ?? 100;
    this.#maxDelayMs = options.maxDelayMs ?? 20_000;
    this.#timeoutMs = options.timeoutMs ?? 120_000;
    this.#random = options.random ?? Math.random;
    this.#sleep =
      options.sleep ??
      ((milliseconds, signal) => wait(milliseconds, undefined, signal === undefined ? {} : { signal }));
    this.#startTimer = options.startTimer ?? startRealTimer;
    this.#fullBudget = options.retryBudget ?? 100;
    this.#budget = this.#fullBudget;
  }

  /** Makes a call until it succeeds, its error is not retryable, or attempts or budget are used up. */
  async run<T>(call: (signal: AbortSignal) => Promise<T>, rule: RetryRule): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(call, rule.signal);
      } catch (error) {
        if (!rule.retryable(error) || !(await this.pause(attempt, rule.pauseMs?.(error), rule.signal)))
          throw error;
      }
    }
  }

  /** One attempt within the time limit. Throws `ABORTED` when `signal` fires, {@link CallTimeout} when the time is over. */
  async once<T>(call: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    throwIfAborted(signal);
    const stop = new AbortController();
    const onAbort = (): void => stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true });
    });
    stopped.catch(() => undefined);
    const cancelTimer = this.#startTimer(this.#timeoutMs, () => stop.abort(new CallTimeout(this.#timeoutMs)));
    try {
      // The race settles a call that does not heed its signal.
      const result = await Promise.race([call(stop.signal), stopped]);
      this.#budget = Math.min(this.#fullBudget, this.#budget + 1);
      return result;
    } catch (error) {
      throwIfAborted(signal);
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Waits before attempt `attempt + 1`; `false` when there is to be none. */
  async pause(attempt: number, atLeastMs = 0, signal?: AbortSignal): Promise<boolean> {
    if (attempt >= this.attempts || this.#budget < 1) return false;
    this.#budget--;
    const ceiling = Math.min(this.#maxDelayMs, this.#minDelayMs * 2 ** (attempt - 1));
    const delay = Math.min(this.#maxDelayMs, Math.max(atLeastMs, this.#random() * ceiling));
    await abortable(() => this.#sleep(delay, signal), signal);
    return true;
  }
}

function startRealTimer(milliseconds: number, onEnd: () => void): () => void {
  const timer = setTimeout(onEnd, milliseconds);
  return () => clearTimeout(timer);
}

/** Whether a caller's signal ended the call: never retried, never dressed up. */
export function isAborted(error: unknown): error is IcebergError {
  return error instanceof IcebergError && error.code === 'ABORTED';
}
