import type { PositionDeletes } from '@lean-ops/iceberg';

/** Rows of data files that a commit deletes, gathered file by file. */
export class Positions {
  readonly #byFile = new Map<string, bigint[]>();
  #count = 0;

  get length(): number {
    return this.#count;
  }

  add(file: string, position: bigint): void {
    const positions = this.#byFile.get(file);
    if (positions === undefined) this.#byFile.set(file, [position]);
    else positions.push(position);
    this.#count++;
  }

  deletes(): PositionDeletes[] {
    return [...this.#byFile].map(([file, positions]) => ({ file, positions }));
  }
}
