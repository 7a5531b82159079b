import type { RecordBatch } from 'apache-arrow';
import { OPEN_OBJECT } from '../flatten/bytes.js';
import { PathExtractor } from '../flatten/extraction.js';
import { OVERFLOW_COLUMN, readOverflow } from '../flatten/overflow.js';
import { skipSpace } from '../flatten/scanner.js';
import type { ColumnPath } from '../flatten/types.js';
import { formatPath, parsePath } from '../path/json-path.js';
import { columnText, type TextAt } from './column-text.js';

/** Deepest nesting followed inside a JSON text. */
const DEEPEST = 1_000;

/** Where the value of one path may stand in a Standardized row; at most one of the places has it. */
export interface PathPlaces {
  readonly path: string;
  /** Column of its own, or the envelope column it names. */
  readonly column: string | null;
  /** The path at the depth limit whose JSON text may hold it, its column, and the path from there. */
  readonly inside: { readonly holder: string; readonly column: string | null; readonly path: string } | null;
}

/**
 * Looks a contract path up among the columns of Standardized. A path without `$` names an envelope column.
 *
 * @param maxDepth the depth limit under which the topic is flattened: only a column at that depth holds objects as text.
 */
export function placesOf(path: string, columns: readonly ColumnPath[], maxDepth: number): PathPlaces {
  if (!path.startsWith('$')) return { path, column: path, inside: null };
  const keys = parsePath(path);
  const normal = formatPath(keys);
  const column = columns.find((candidate) => candidate.path === normal)?.name ?? null;
  if (keys.length <= maxDepth) return { path: normal, column, inside: null };
  const holder = formatPath(keys.slice(0, maxDepth));
  const holderColumn = columns.find((candidate) => candidate.path === holder)?.name ?? null;
  const inside = { holder, column: holderColumn, path: formatPath(keys.slice(maxDepth)) };
  return { path: normal, column, inside };
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
  places: readonly PathPlaces[],
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

function placeReader(
  { path, column, inside }: PathPlaces,
  batch: RecordBatch,
  overflow: OverflowReader,
): TextAt {
  const own = column === null ? null : columnText(batch, column);
  const spilled: TextAt = (row) => overflow.textOf(row, path);
  if (inside === null) return (row) => own?.(row) ?? spilled(row);
  const holder = inside.column === null ? null : columnText(batch, inside.column);
  const read = insideReader(inside.path);
  return (row) => {
    const text = own?.(row) ?? null;
    if (text !== null) return text;
    const json = holder?.(row) ?? overflow.textOf(row, inside.holder);
    return (json === null ? null : read(json)) ?? spilled(row);
  };
}

/** Reads the value of a path inside JSON texts; null when a text is no object or has no such value. */
function insideReader(path: string): (json: Uint8Array) => Uint8Array | null {
  const extractor = new PathExtractor([path], DEEPEST);
  return (json) => {
    const start = skipSpace(json, 0, json.length);
    if (json[start] !== OPEN_OBJECT) return null;
    if (extractor.scanner.scan(json, start, json.length, 0) < 0) {
      extractor.scanner.retract(0);
      return null;
    }
    const column = extractor.columns[0]!.finish(1);
    return column.validity === null || column.validity[0] === 1 ? column.data : null;
  };
}
