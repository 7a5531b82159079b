import type { OrderValue } from '../order/order-value.js';
import { GrowingBigInts } from './growing-array.js';

/** One order column of many versions: whole microseconds, which most are, in flat memory; what is left unset is null. */
export class OrderValues {
  readonly #micros = new GrowingBigInts();
  #isMicros = new Uint8Array(1024);
  readonly #others = new Map<number, OrderValue>();

  set(version: number, value: OrderValue): void {
    if (value === null) return;
    if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) {
      this.#others.set(version, value);
      return;
    }
    while (this.#micros.length <= version) this.#micros.push(0n);
    this.#micros.set(version, value);
    if (version >= this.#isMicros.length) {
      const larger = new Uint8Array(Math.max(version + 1, this.#isMicros.length * 2));
      larger.set(this.#isMicros);
      this.#isMicros = larger;
    }
    this.#isMicros[version] = 1;
  }

  get(version: number): OrderValue {
    return this.#isMicros[version] === 1 ? this.#micros.get(version) : (this.#others.get(version) ?? null);
  }
}
