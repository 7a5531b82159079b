import type { RecordBatch } from 'apache-arrow';
import { OVERFLOW_COLUMN, readOverflow } from '../flatten/overflow.js';
import type { ColumnPath } from '../flatten/types.js';
import { formatPath, parsePath } from '../path/json-path.js';
import { columnText, type TextAt } from './column-text.js';

/** Where the value of one path may stand in a Standardized row: in a column, else in `_overflow`. */
export interface PathPlace {
  readonly path: string;
  /** Column of its own, or the envelope column it names. */
  readonly column: string | null;
}

/** Looks a contract path up among the columns of Standardized. A path without `$` names an envelope column. */
export function placeOf(path: string, columns: readonly ColumnPath[]): PathPlace {
  if (!path.startsWith('$')) return { path, column: path };
  const normal = formatPath(parsePath(path));
  return { path: normal, column: columns.find((candidate) => candidate.path === normal)?.name ?? null };
}

/** Reads `_overflow` once per row, however many paths ask. */
export class OverflowReader {
  readonly #text: TextAt | null;
  readonly #read = new Map<number, ReadonlyMap<string, string | null> | null>();

  constructor(batch: RecordBatch) {
    this.#text = batch.getChild(OVERFLOW_COLUMN) === null ? null : columnText(batch, OVERFLOW_COLUMN);
  }

  /** The text of a path in a row; null where the row's overflow has none. */
  textOf(row: number, path: string): Uint8Array | null {
    const text = this.#valuesOf(row)?.get(path) ?? null;
    return text === null ? null : Buffer.from(text, 'utf8');
  }

  #valuesOf(row: number): ReadonlyMap<string, string | null> | null {
    if (this.#text === null) return null;
    let values = this.#read.get(row);
    if (values === undefined) {
      const text = this.#text(row);
      values = text === null ? null : readOverflow(Buffer.from(text).toString('utf8'));
      this.#read.set(row, values);
    }
    return values;
  }
}

/** Reads the first present value among several paths. */
export function firstPresent(
  places: readonly PathPlace[],
  batch: RecordBatch,
  overflow: OverflowReader,
): TextAt {
  const readers = places.map((place) => placeReader(place, batch, overflow));
  return (row) => {
    for (const read of readers) {
      const text = read(row);
      if (text !== null) return text;
    }
    return null;
  };
}

function placeReader({ path, column }: PathPlace, batch: RecordBatch, overflow: OverflowReader): TextAt {
  const own = column === null ? null : columnText(batch, column);
  return (row) => own?.(row) ?? overflow.textOf(row, path);
}
