/** Numbers kept of all orders; a batch whose rows show more is not worth keeping. */
const MOST_NUMBERS = 1 << 20;

const NO_ROWS: Int32Array = new Int32Array(0);

/**
 * In what order rows show columns that the table does not have: it decides the columns' order there, and which of two
 * has a name that both could have. Mostly that is the order of the columns' numbers, and nothing is kept; rows of any
 * other order are few or alike.
 */
export class RowOrders {
  /** Number of the first column that counts: those before it have their place. */
  readonly firstNew: number;
  readonly #orders: Int32Array[] = [];
  /** Orders of one hash, by number. */
  readonly #known = new Map<number, number[]>();
  #numbers = 0;
  /** Number of the order of each row, plus one; 0 for that of the columns' numbers. */
  #ofRow = NO_ROWS;

  constructor(firstNew: number) {
    this.firstNew = firstNew;
  }

  /** Whether there are more than can be kept. */
  get isOverfull(): boolean {
    return this.#numbers > MOST_NUMBERS;
  }

  get byteLength(): number {
    return this.#ofRow.byteLength + 4 * this.#numbers;
  }

  /**
   * Takes a row whose columns may stand in another order than that of their numbers.
   *
   * @param columns Its columns in their order, those that the table has among them.
   */
  note(row: number, columns: ArrayLike<number>, count: number): void {
    if (this.isOverfull) return;
    const order: number[] = [];
    let hash = 0;
    for (let index = 0; index < count; index++) {
      const column = columns[index]!;
      if (column < this.firstNew) continue;
      order.push(column);
      hash = Math.imul(hash ^ column, 0x9e3779b1) ^ (hash >>> 15);
    }
    if (row >= this.#ofRow.length) {
      const more = new Int32Array(Math.max(1024, row * 2));
      more.set(this.#ofRow);
      this.#ofRow = more;
    }
    this.#ofRow[row] = this.#numberOf(order, hash) + 1;
  }

  #numberOf(order: readonly number[], hash: number): number {
    const alike = this.#known.get(hash) ?? [];
    const known = alike.find((number) => isSame(this.#orders[number]!, order));
    if (known !== undefined) return known;
    const number = this.#orders.push(Int32Array.from(order)) - 1;
    this.#known.set(hash, [...alike, number]);
    this.#numbers += order.length;
    return number;
  }

  /** What says of a column and a row where it stands among the others that the row shows. */
  placeOf(): (row: number, column: number) => number {
    const places = new Map<number, ReadonlyMap<number, number>>();
    return (row, column) => {
      const number = this.#ofRow[row] ?? 0;
      if (number === 0) return column;
      let known = places.get(number);
      if (known === undefined) {
        known = new Map(Array.from(this.#orders[number - 1]!, (each, place) => [each, place]));
        places.set(number, known);
      }
      return known.get(column) ?? -1;
    };
  }
}

function isSame(left: Int32Array, right: readonly number[]): boolean {
  return left.length === right.length && right.every((column, index) => left[index] === column);
}
