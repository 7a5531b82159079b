import { UsageError } from '../usage-error.js';

/** Runs what takes fault rates, and says rates that do not fit together in the words of `--rate`. */
export function withRates<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--rate: ${error.message}`);
    throw error;
  }
}
