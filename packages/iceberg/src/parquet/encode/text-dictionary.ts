import { copyWords, hashWords, isSame, wordsOf } from './words.js';

/** Past these a column of few values has become one of many: written plain. */
const MOST_BYTES = 1 << 20;
const JUDGED_AFTER = 8192;
const MOST_DIFFERENT = 0.6;

const PIECE = 1024;
/** Other values met on the way to one, on average, beyond which a dictionary costs too much: texts may be made so. */
const MOST_PROBES = 16;
const LEAST_VALUES = 256;
/** A slot is a hash and a value's number plus one; 0 for none. */
const SLOT = 2;

/** Texts by where they are. */
export interface TextPlaces {
  readonly source: Uint8Array;
  readonly words: DataView;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * The different values of a text column by number, in the order in which they came. Values are told apart by their
 * bytes, which are copied when they come first.
 */
export class TextDictionary {
  /** Different values so far. */
  count = 0;
  /** Where the values end; value `n` begins where the one before ends. */
  offsets: Int32Array = new Int32Array(LEAST_VALUES + 1);
  bytes: Uint8Array = new Uint8Array(LEAST_VALUES * 16);
  #words: DataView = wordsOf(this.bytes);
  #slots: Int32Array = new Int32Array(LEAST_VALUES * SLOT * 2);
  #seen = 0;
  #probes = 0;

  /** Bytes of the values in plain form. */
  get byteLength(): number {
    return this.offsets[this.count]! + 4 * this.count;
  }

  /**
   * Looks up the values `from` up to `to` of some texts; their numbers go to `numbers`, from `at` on. False where there
   * are too many different values for a dictionary to be of use, or too many of them share a hash.
   */
  addAll(
    texts: TextPlaces,
    { from, to }: { from: number; to: number },
    numbers: Int32Array,
    at: number,
  ): boolean {
    for (let first = from; first < to; first += PIECE) {
      const piece = { from: first, to: Math.min(to, first + PIECE) };
      if (!this.#addPiece(texts, piece, numbers, at + first - from)) return false;
    }
    return !this.#isDiverse();
  }

  /** Not too many: a loop is compiled better before it begins than while it runs. */
  #addPiece(
    { source, words, starts, ends }: TextPlaces,
    { from, to }: { from: number; to: number },
    numbers: Int32Array,
    at: number,
  ): boolean {
    const shift = at - from;
    let slots = this.#slots;
    let mask = slots.length - SLOT;
    let probes = 0;
    for (let index = from; index < to; index++) {
      const start = starts[index]!;
      const end = ends[index]!;
      const hash = hashWords(words, start, end);
      let slot = (hash << 1) & mask;
      let number = slots[slot + 1]!;
      while (number !== 0 && !(slots[slot] === hash && this.#isValue(number - 1, words, start, end))) {
        slot = (slot + SLOT) & mask;
        number = slots[slot + 1]!;
        probes++;
      }
      if (number === 0) {
        number = this.#add(source, words, start, end);
        if (this.byteLength > MOST_BYTES) return false;
        slots[slot] = hash;
        slots[slot + 1] = number;
        if (this.count === this.offsets.length - 1) {
          this.#grow();
          slots = this.#slots;
          mask = slots.length - SLOT;
        }
      }
      numbers[index + shift] = number - 1;
    }
    this.#seen += to - from;
    this.#probes += probes;
    return !this.#isDiverse() && this.#probes <= this.#seen * MOST_PROBES;
  }

  #isDiverse(): boolean {
    return this.#seen >= JUDGED_AFTER && this.count > this.#seen * MOST_DIFFERENT;
  }

  #isValue(value: number, words: DataView, start: number, end: number): boolean {
    const from = this.offsets[value]!;
    return (
      this.offsets[value + 1]! - from === end - start && isSame(this.#words, from, words, start, end - start)
    );
  }

  /** The number of a new value, plus one. */
  #add(source: Uint8Array, words: DataView, start: number, end: number): number {
    const at = this.offsets[this.count]!;
    if (at + end - start > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + end - start));
      larger.set(this.bytes);
      this.bytes = larger;
      this.#words = wordsOf(larger);
    }
    if (end - start > LONG) this.bytes.set(source.subarray(start, end), at);
    else copyWords(words, { start, end }, this.#words, at);
    this.offsets[++this.count] = at + end - start;
    return this.count;
  }

  #grow(): void {
    const offsets = new Int32Array(this.count * 2 + 1);
    offsets.set(this.offsets);
    this.offsets = offsets;
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - SLOT;
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from + 1] === 0) continue;
      let slot = (old[from]! << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + SLOT) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

/** From here on a copy by the engine is quicker than a loop. */
const LONG = 96;
