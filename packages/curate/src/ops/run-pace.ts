import type { RunContext } from './run-context.js';

/** Steps are not equal: the next may well take half as long again as the slowest. */
const MARGIN = 1.5;

/** Keeps a run within its time: knows how long its steps take, and ends the one that takes too long. */
export class RunPace {
  readonly #context: RunContext;
  #slowest = { ms: 0, rows: 1 };

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** @throws the reason of the caller's signal; the end of the run's time is no reason to throw. */
  throwIfAborted(): void {
    const { signal } = this.#context.options;
    if (!this.#isOver()) signal?.throwIfAborted();
  }

  /**
   * Does a step that reads about `rows` rows. Undefined where the time is over: it is not begun where it would not end
   * in time, and one that is under way when the time is over is dropped. The first always begins, or a run with large
   * steps would never get anywhere.
   */
  async step<T>(rows: number, work: () => Promise<T>): Promise<T | undefined> {
    const { options, logger } = this.#context;
    if (this.#isOver() || !this.#fits(rows)) return undefined;
    const begunAt = options.clock.now();
    try {
      const result = await work();
      const ms = options.clock.now() - begunAt;
      if (ms > this.#slowest.ms) this.#slowest = { ms, rows: Math.max(1, rows) };
      return result;
    } catch (error) {
      if (!this.#isOver()) throw error;
      // Whatever it was, nothing of the step stands, and the next run meets it again if it was no abort.
      logger.warn('a step was dropped because the time is over', { rows, error });
      return undefined;
    }
  }

  #fits(rows: number): boolean {
    const { handOver } = this.#context.options;
    if (handOver === undefined || this.#slowest.ms === 0) return true;
    const expectedMs = this.#slowest.ms * Math.max(1, rows / this.#slowest.rows) * MARGIN;
    return handOver.remainingMs() > expectedMs;
  }

  #isOver(): boolean {
    return this.#context.options.handOver?.signal?.aborted === true;
  }
}
