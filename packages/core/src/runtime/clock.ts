import type { Clock } from '../ports/runtime.js';

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that stands still until it is told to move.
 *
 * @example
 * const clock = new ManualClock(Date.UTC(2026, 0, 1));
 * clock.advance(60_000);
 */
export class ManualClock implements Clock {
  #now: number;

  /** @param start Milliseconds since 1970-01-01T00:00:00Z. */
  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** Moves the clock on by a number of milliseconds (backwards when negative). */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  set(milliseconds: number): void {
    this.#now = milliseconds;
  }
}
