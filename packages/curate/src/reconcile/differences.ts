import type { Difference } from './reconciliation.js';

const SAMPLES = 10;

/** What does not add up, with a few examples of each. */
export class Differences {
  readonly list: Difference[] = [];

  add(difference: Difference): void {
    this.list.push({ ...difference, samples: difference.samples.slice(0, SAMPLES) });
  }

  /** Notes a difference where the two sides are not equal. */
  equal(
    equation: string,
    {
      left,
      right,
      detail,
      samples = [],
    }: { left: number; right: number; detail: string; samples?: readonly string[] },
  ): void {
    if (left !== right) this.add({ equation, left, right, detail, samples });
  }
}

/** {@link Violations} as JSON. */
export interface FoundViolations {
  readonly count: number;
  readonly samples: readonly string[];
}

/** Keys that violate one rule: all are counted, a few are kept. */
export class Violations {
  count: number;
  readonly samples: string[];

  /** Goes on from what was found before. */
  constructor({ count, samples }: FoundViolations = { count: 0, samples: [] }) {
    this.count = count;
    this.samples = [...samples];
  }

  add(key: string): void {
    this.count++;
    if (this.samples.length < SAMPLES) this.samples.push(key);
  }
}
