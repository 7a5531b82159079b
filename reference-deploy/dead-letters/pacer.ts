import type { Clock, Sleep } from '@lean-ops/core';

/** Lets one through at a time, evenly: at most so many per second, also of several that ask at once. */
export class Pacer {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #sleep: Sleep;
  #next = Number.NEGATIVE_INFINITY;

  constructor({ perSecond, clock, sleep }: { perSecond: number; clock: Clock; sleep: Sleep }) {
    this.#intervalMs = 1_000 / perSecond;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /** Resolves when it is the caller's turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await this.#sleep(at - now, signal);
  }
}
