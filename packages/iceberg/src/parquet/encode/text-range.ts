import { compareWords } from './words.js';

/** The least and the greatest of some texts in one buffer, by their bytes. */
export class TextRange {
  readonly #source: Uint8Array;
  readonly #words: DataView;
  #isEmpty = true;
  #leastStart = 0;
  #leastEnd = 0;
  #greatestStart = 0;
  #greatestEnd = 0;

  constructor(source: Uint8Array, words: DataView) {
    this.#source = source;
    this.#words = words;
  }

  add(start: number, end: number): void {
    const words = this.#words;
    if (this.#isEmpty) {
      this.#isEmpty = false;
      this.#leastStart = start;
      this.#leastEnd = end;
      this.#greatestStart = start;
      this.#greatestEnd = end;
    } else if (compareWords(words, start, end, this.#greatestStart, this.#greatestEnd) > 0) {
      this.#greatestStart = start;
      this.#greatestEnd = end;
    } else if (compareWords(words, start, end, this.#leastStart, this.#leastEnd) < 0) {
      this.#leastStart = start;
      this.#leastEnd = end;
    }
  }

  /** Null where there is no text. */
  bounds(): { lower: Uint8Array | null; upper: Uint8Array | null } {
    if (this.#isEmpty) return { lower: null, upper: null };
    return {
      lower: this.#source.slice(this.#leastStart, this.#leastEnd),
      upper: this.#source.slice(this.#greatestStart, this.#greatestEnd),
    };
  }
}
