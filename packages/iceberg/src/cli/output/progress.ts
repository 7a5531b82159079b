import type { Output } from './output.js';

/** Milliseconds between two drawings. */
const REDRAW_MS = 100;

/** One line on a terminal that says how far the work is; nothing elsewhere. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #drawn = false;

  constructor(output: Output, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
  }

  show(text: string): void {
    if (!this.#output.isTerminal || this.#now() - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = this.#now();
    this.#drawn = true;
    void this.#output.write(`\r\u001b[K${text}`);
  }

  /** Leaves the terminal as it was. */
  clear(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    void this.#output.write('\r\u001b[K');
  }
}
