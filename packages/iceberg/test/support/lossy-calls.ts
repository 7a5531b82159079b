/**
 * How a call goes wrong: before the service did anything, after it did everything, or with no answer at all; or the
 * caller gives up as it is made.
 */
export type Fault = 'fails before' | 'fails after' | 'hangs before' | 'hangs after' | 'is given up';

export const FAULTS: readonly Fault[] = ['fails before', 'fails after', 'hangs before', 'hangs after'];

/**
 * Counts calls and spoils one of them. A hung call is ended by the time limit of whoever made it: pass `startTimer` to
 * the code under test, which then times out as soon as something hangs and never otherwise.
 */
export class LossyCalls {
  /** Calls made so far. */
  count = 0;
  readonly #at: number;
  readonly #times: number;
  readonly #fault: Fault;
  readonly #lostAnswer: () => Error;
  readonly #caller = new AbortController();
  #timers = new Set<() => void>();

  /** Spoils `times` calls from call number `at` (0 is the first) on. */
  constructor(options: { at: number; fault: Fault; times?: number; lostAnswer?: () => Error }) {
    this.#at = options.at;
    this.#times = options.times ?? 1;
    this.#fault = options.fault;
    this.#lostAnswer =
      options.lostAnswer ?? (() => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
  }

  /** What the caller gives up by. */
  get signal(): AbortSignal {
    return this.#caller.signal;
  }

  async around<T>(call: () => Promise<T>): Promise<T> {
    const number = this.count++;
    if (number < this.#at || number >= this.#at + this.#times) return await call();
    if (this.#fault === 'is given up') {
      this.#caller.abort();
      return await call();
    }
    if (this.#fault.endsWith('after')) await call();
    if (this.#fault.startsWith('fails')) throw this.#lostAnswer();
    for (const end of this.#timers) setImmediate(end);
    return await new Promise<never>(() => undefined);
  }

  startTimer = (_milliseconds: number, onEnd: () => void): (() => void) => {
    this.#timers.add(onEnd);
    return () => this.#timers.delete(onEnd);
  };
}
