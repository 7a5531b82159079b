import { PART } from './layer-records.js';
import type { Records } from './records.js';

/** Numbers the merge keys of a share, whichever table has them. */
export class ShareKeys {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];

  get count(): number {
    return this.#names.length;
  }

  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  /** The key of each record. */
  numbers(records: Records): Uint32Array {
    const numbers = new Uint32Array(records.count);
    for (let record = 0; record < numbers.length; record++)
      numbers[record] = this.number(records.name(record, PART.key));
    return numbers;
  }

  /** A key, to be read by people. */
  text(number: number): string {
    return Buffer.from(this.#names[number]!, 'latin1').toString('utf8');
  }
}
