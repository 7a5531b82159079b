import { deletedPositions } from '../delete/deleted-positions.js';
import { EqualityDeletes } from '../delete/equality-deletes.js';
import { fileKey, type ManifestEntry } from '../manifest/data-file.js';
import type { TableMetadata } from '../metadata/table-metadata.js';
import type { TableIo } from '../table/table-io.js';
import type { NestedField } from '../type/iceberg-type.js';
import type { LoadedColumns } from './projected-file.js';

/** Rows of a data file that one set of delete files removes and another does not. */
export class RemovedRows {
  /** Ascending. */
  readonly #positions: Float64Array;
  readonly #equality: EqualityDeletes;

  private constructor(positions: Float64Array, equality: EqualityDeletes) {
    this.#positions = positions;
    this.#equality = equality;
  }

  /**
   * `removedBy` removes the rows, `liveUnder` leaves them. Rows that equality deletes of both remove are among those it
   * gives: they are not live under the latter, and not read at all.
   */
  static async load(request: {
    io: TableIo;
    metadata: TableMetadata;
    dataFile: ManifestEntry;
    liveUnder: readonly ManifestEntry[];
    removedBy: readonly ManifestEntry[];
  }): Promise<RemovedRows> {
    const { io, metadata, dataFile, liveUnder, removedBy } = request;
    const known = new Set(liveUnder.map((entry) => fileKey(entry.file)));
    const deleteFiles = removedBy.filter((entry) => !known.has(fileKey(entry.file)));
    const positions = difference(
      await deletedPositions(io, dataFile.file, removedBy),
      await deletedPositions(io, dataFile.file, liveUnder),
    );
    return new RemovedRows(positions, await EqualityDeletes.load({ io, metadata, deleteFiles }));
  }

  /** Columns that {@link matcher} looks at. */
  get fields(): NestedField[] {
    return this.#equality.fields;
  }

  /** Whether any of the rows from `start` on may be one; `false` is certain. */
  mayBeWithin(start: number, rows: number): boolean {
    if (this.#equality.fields.length > 0) return true;
    const at = this.#firstFrom(start);
    return at < this.#positions.length && this.#positions[at]! < start + rows;
  }

  /** A test of the rows of a batch that begins at row `start` of the file; to be asked in their order. */
  matcher(batch: LoadedColumns, start: number): (row: number) => boolean {
    const isEqual = this.#equality.matcher(batch);
    const positions = this.#positions;
    let next = this.#firstFrom(start);
    return (row) => {
      while (next < positions.length && positions[next]! < start + row) next++;
      return positions[next] === start + row || isEqual?.(row) === true;
    };
  }

  #firstFrom(start: number): number {
    let low = 0;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#positions[middle]! < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function difference(left: Float64Array | null, right: Float64Array | null): Float64Array {
  if (left === null) return new Float64Array(0);
  if (right === null) return left;
  let at = 0;
  return left.filter((position) => {
    while (at < right.length && right[at]! < position) at++;
    return right[at] !== position;
  });
}
