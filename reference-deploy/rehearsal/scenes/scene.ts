import type { Scene } from '../report.js';

/** What a scene came to: what was seen, and what is wrong with it. */
export interface Outcome {
  readonly seen: string;
  readonly faults: readonly string[];
}

/** Plays scenes one after the other and keeps how they went. */
export class Programme {
  readonly scenes: Scene[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  async play(name: string, scene: () => Promise<Outcome>): Promise<void> {
    const began = performance.now();
    const { seen, faults } = await scene();
    const seconds = (performance.now() - began) / 1000;
    const fault = faults.length === 0 ? null : faults.join('; ');
    this.scenes.push({ name, seconds, seen, fault });
    this.#say(
      `${name}: ${seen} (${seconds.toFixed(1)} s)${fault === null ? '' : `; NOT as it must be: ${fault}`}`,
    );
  }
}

/** The fault, where a condition does not hold. */
export function unless(holds: boolean, fault: string): readonly string[] {
  return holds ? [] : [fault];
}
