import { GrowingInts } from './growing-array.js';

/** Where rows are held: a batch and a row of it, by number. */
export class Places {
  readonly #batches: GrowingInts;
  readonly #rows: GrowingInts;

  constructor(batches: GrowingInts = new GrowingInts(), rows: GrowingInts = new GrowingInts()) {
    this.#batches = batches;
    this.#rows = rows;
  }

  get length(): number {
    return this.#rows.length;
  }

  push(batch: number, row: number): void {
    this.#batches.push(batch);
    this.#rows.push(row);
  }

  set(index: number, batch: number, row: number): void {
    this.#batches.set(index, batch);
    this.#rows.set(index, row);
  }

  batch(index: number): number {
    return this.#batches.get(index);
  }

  row(index: number): number {
    return this.#rows.get(index);
  }

  /** The first of them. */
  copy(length: number): Places {
    return new Places(this.#batches.copy(length), this.#rows.copy(length));
  }
}
