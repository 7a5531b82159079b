/*
 * Memory for what is needed only while a column is encoded, which is done in one go: memory that is made anew for each
 * column of each batch is paid for by the collector, which looks through the whole heap after some megabytes of it.
 */

/** Numbers in memory that is used again by the next call of `take`. */
export class IntScratch {
  #values: Int32Array = new Int32Array(1024);

  /** What they are is left over from before. */
  take(length: number): Int32Array {
    if (length > this.#values.length) this.#values = new Int32Array(Math.ceil(length * 1.2));
    return this.#values.subarray(0, length);
  }
}

/** As {@link IntScratch}, of bytes. */
export class ByteScratch {
  #values: Uint8Array = new Uint8Array(1024);

  take(length: number): Uint8Array {
    if (length > this.#values.length) this.#values = new Uint8Array(Math.ceil(length * 1.2));
    return this.#values.subarray(0, length);
  }
}

/** As {@link IntScratch}, of 64 bits. */
export class LongScratch {
  #values: BigInt64Array = new BigInt64Array(1024);

  take(length: number): BigInt64Array {
    if (length > this.#values.length) this.#values = new BigInt64Array(Math.ceil(length * 1.2));
    return this.#values.subarray(0, length);
  }
}
