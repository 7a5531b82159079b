import type { Clock } from '@lean-ops/core';
import type { HandOver } from '../job.js';

/** Kept for writing what waits in memory. */
const WRITING_MS = 20_000;

/** The time of one turn: no step is begun that is likely not to end in it, but for the first. */
export class TurnTime {
  readonly #clock: Clock;
  readonly #handOver: HandOver | undefined;
  #longestMs = 0;
  #steps = 0;

  constructor(clock: Clock, handOver: HandOver | undefined) {
    this.#clock = clock;
    this.#handOver = handOver;
  }

  isOver(): boolean {
    if (this.#handOver === undefined || this.#steps === 0) return false;
    return this.#handOver.remainingMs() < WRITING_MS + 2 * this.#longestMs;
  }

  async step<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.now();
    const result = await work();
    this.#steps++;
    this.#longestMs = Math.max(this.#longestMs, this.#clock.now() - startedAt);
    return result;
  }
}
