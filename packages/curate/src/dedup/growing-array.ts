/** A `BigInt64Array` that grows: eight bytes per value where a JavaScript array of bigints takes four times that. */
export class GrowingBigInts {
  #values = new BigInt64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: bigint): void {
    if (this.#length === this.#values.length) {
      const larger = new BigInt64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  get(index: number): bigint {
    return this.#values[index]!;
  }

  set(index: number, value: bigint): void {
    this.#values[index] = value;
  }
}

/** An `Int32Array` that grows. */
export class GrowingInts {
  #values = new Int32Array(1024);
  #length = 0;

  /** The first of them. */
  copy(length: number): GrowingInts {
    const copy = new GrowingInts();
    copy.#values = this.#values.slice();
    copy.#length = length;
    return copy;
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  get(index: number): number {
    return this.#values[index]!;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }
}
