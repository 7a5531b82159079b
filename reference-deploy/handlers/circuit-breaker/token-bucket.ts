import type { Clock, Sleep } from '@lean-ops/core';

export interface TokenBucketOptions {
  /** Tokens that come in a second. */
  readonly perSecond: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
}

/**
 * Spaces calls evenly, one per `1 / perSecond`, without bursts: in no second are there more than `perSecond`, rounded up.
 * Calls wait in the order in which they came.
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #sleep: Sleep;
  readonly #intervalMs: number;
  #nextAt = 0;

  constructor({ perSecond, clock, sleep }: TokenBucketOptions) {
    this.#clock = clock;
    this.#sleep = sleep;
    this.#intervalMs = 1_000 / perSecond;
  }

  /** When the next call may be made, milliseconds since the epoch. */
  get nextAt(): number {
    return Math.max(this.#nextAt, this.#clock.now());
  }

  async take(): Promise<void> {
    const now = this.#clock.now();
    const at = this.nextAt;
    this.#nextAt = at + this.#intervalMs;
    if (at > now) await this.#sleep(at - now);
  }
}
