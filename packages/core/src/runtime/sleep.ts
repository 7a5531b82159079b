import { setTimeout as delay } from 'node:timers/promises';
import type { Sleep } from '../ports/runtime.js';
import type { ManualClock } from './clock.js';

/** Waits in real time. */
export const systemSleep: Sleep = async (milliseconds, signal) => {
  signal?.throwIfAborted();
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // The timer rejects with an AbortError of its own; the port promises the signal's reason.
    signal?.throwIfAborted();
    throw error;
  }
};

/**
 * A sleep that does not wait: it moves the given clock on by the time asked for, and resolves.
 *
 * @example
 * const clock = new ManualClock();
 * await immediateSleep(clock)(5_000); // clock.now() === 5_000
 */
export function immediateSleep(clock?: ManualClock): Sleep {
  return async (milliseconds, signal) => {
    signal?.throwIfAborted();
    clock?.advance(milliseconds);
  };
}
