import type { DriftEntry } from '../drift/drift.js';
import { CurateError } from '../error.js';
import { formatPath, parsePath } from '../path/json-path.js';
import type { ColumnBuilder } from './column-builder.js';
import { ColumnNames } from './column-name.js';
import { Discovery } from './discovery.js';
import { PathExtractor } from './extraction.js';
import { KeyNode } from './key-trie.js';
import type { ParseFailure } from './parse-failure.js';
import { parseRow, type ScanObject } from './parse-row.js';
import { RowScanner } from './row-scanner.js';
import { scanText } from './scanner.js';
import type { ColumnPath, Extraction, FlattenedBatch, FlattenOptions, FoundColumn } from './types.js';
import { isColumnUtf8 } from './utf8.js';
import { type Utf8Column, utf8Vector } from './utf8-column.js';

const DEFAULT_MAX_DEPTH = 5;
const DEFAULT_MAX_COLUMNS = 2_000;
const DEEPEST = 1_000;

/**
 * Turns a column of JSON objects into one text column per path, finding the paths by itself.
 *
 * Remembers its columns from batch to batch: use one per run, and give the next run this one's `columns`. Every
 * payload is checked against RFC 8259 in full; values are the bytes of the JSON token (numbers verbatim, strings
 * unescaped, arrays, empty objects and objects below `maxDepth` as JSON text).
 *
 * @throws {CurateError} `OPTION_INVALID`, `PATH_INVALID` on construction; `BATCH_TOO_LARGE` where a column of one
 *   batch would pass 2 GiB. Payloads never throw: see `failures`.
 * @example
 * const flattener = new Flattener();
 * const { columns, failures } = flattener.flatten(utf8ColumnOf(['{"event":{"userId":1.10}}', '{"a":']));
 * // columns: [{ name: 'event_userid', path: '$.event.userId', vector: ['1.10'] }]
 * // failures: [{ row: 1, reason: 'UNEXPECTED_END', offset: 5 }]
 */
export class Flattener {
  readonly #maxDepth: number;
  readonly #discovery: Discovery;
  readonly #scanner: RowScanner;
  readonly #root: KeyNode;
  /** Paths given to the constructor. */
  readonly #existing: number;
  #extractor: { paths: string; extractor: PathExtractor } | null = null;

  constructor({
    maxDepth = DEFAULT_MAX_DEPTH,
    maxColumns = DEFAULT_MAX_COLUMNS,
    columns = [],
    reserved = [],
    contractPaths = [],
  }: FlattenOptions = {}) {
    checkRange('maxDepth', maxDepth, 1, DEEPEST);
    checkRange('maxColumns', maxColumns, 0, Number.MAX_SAFE_INTEGER);
    this.#maxDepth = maxDepth;
    const names = new ColumnNames([...reserved, ...columns.map(({ name }) => name)]);
    this.#discovery = new Discovery(names, { maxColumns, maxDepth });
    const root = KeyNode.root();
    this.#root = root;
    for (const path of contractPaths) {
      // Deeper paths have no column of their own: they stand in the JSON text of the column at the limit.
      root.reach(parsePath(path).slice(0, maxDepth)).governed = true;
    }
    for (const { name, path } of columns) this.#discovery.keep(root.reach(parsePath(path)), name);
    this.#existing = columns.length;
    this.#scanner = new RowScanner(root, maxDepth, this.#discovery);
  }

  /** Every column known so far, in table order: those given first, then those found, by first appearance. */
  get columns(): readonly ColumnPath[] {
    return this.#discovery.columns.map(({ name, path }) => ({ name, path }));
  }

  /** Columns given to the constructor that had no value in any batch so far. */
  vanished(): readonly ColumnPath[] {
    return this.#discovery.columns
      .slice(0, this.#existing)
      .filter(({ total }) => total === 0)
      .map(({ name, path }) => ({ name, path }));
  }

  /**
   * Takes up columns that were found elsewhere, in this order: those that are new are named and logged as those that
   * {@link flatten} finds.
   *
   * @returns the name of each; null, and nothing is taken up, where the table may have no room for them all.
   */
  adopt(found: readonly FoundColumn[]): { names: string[]; drift: DriftEntry[] } | null {
    const discovery = this.#discovery;
    const known = found.map(({ keys }) => this.#root.seek(keys));
    const added = known.filter((node) => node === null || node.column === null);
    // Those that always get a column take up room, too: which of the others then fit is told row by row.
    if (added.some((node) => node?.governed !== true) && !discovery.hasRoom(added.length)) return null;
    const nodes = found.map(({ keys }) => this.#root.reach(keys));
    const names = nodes.map((node, index) => {
      const column = (node.column ?? discovery.open(node)) as ColumnBuilder;
      node.column = column;
      column.total += found[index]!.values;
      discovery.keepRow(0, found[index]!.firstRow);
      return column.name;
    });
    return { names, drift: discovery.drifts.take() };
  }

  /** What a drift entry says of a path: the name of its column, null where it has none. */
  place(keys: readonly string[]): { name: string | null; path: string } {
    const column = this.#root.seek(keys)?.column ?? null;
    return { name: column?.name ?? null, path: column?.path ?? formatPath(keys) };
  }

  /** Checks every payload in full and builds nothing. One entry per row: null where it is a JSON object. */
  validate(payloads: Utf8Column): (ParseFailure | null)[] {
    const utf8 = isColumnUtf8(payloads);
    return Array.from({ length: payloads.length }, (_, row) => parseRow(payloads, row, utf8, scanText));
  }

  /**
   * Checks every payload in full and picks up the text of a few paths, in one pass.
   *
   * A path gives what {@link flatten} would put into its column, save that paths below `maxDepth` are followed too.
   *
   * @param rows Rows to look into, rising; the others have no values. Default all.
   */
  extract(payloads: Utf8Column, paths: readonly string[], rows?: Int32Array): Extraction {
    const extractor = this.#extractorOf(paths);
    const utf8 = isColumnUtf8(payloads);
    const failures: ParseFailure[] = [];
    const scan: ScanObject = (source, position, end, row) =>
      extractor.scanner.scan(source, position, end, row);
    const selected = rows?.length ?? payloads.length;
    for (let index = 0; index < selected; index++) {
      const row = rows === undefined ? index : rows[index]!;
      const failure = parseRow(payloads, row, utf8, scan);
      if (failure === null) continue;
      failures.push(failure);
      extractor.scanner.retract(row);
    }
    const finished = new Map(
      [...new Set(extractor.columns)].map((column) => [column, column.finish(payloads.length)]),
    );
    return { failures, columns: extractor.columns.map((column) => finished.get(column)!) };
  }

  /** The extractor remembers the order of keys: kept while the paths stay the same. */
  #extractorOf(paths: readonly string[]): PathExtractor {
    const text = JSON.stringify(paths);
    if (this.#extractor?.paths !== text) {
      this.#extractor = { paths: text, extractor: new PathExtractor(paths, this.#maxDepth) };
    }
    return this.#extractor.extractor;
  }

  /**
   * Flattens payloads: all of them, or those at `rows` (rising). Rows that do not parse are left out and reported.
   */
  flatten(payloads: Utf8Column, rows?: Int32Array): FlattenedBatch {
    const discovery = this.#discovery;
    const utf8 = isColumnUtf8(payloads);
    const selected = rows?.length ?? payloads.length;
    const kept = new Int32Array(selected);
    const failures: ParseFailure[] = [];
    let count = 0;
    const scan: ScanObject = (source, position, end) => this.#scanner.scan(source, position, end, count);
    for (let index = 0; index < selected; index++) {
      const row = rows === undefined ? index : rows[index]!;
      const failure = parseRow(payloads, row, utf8, scan);
      if (failure === null) {
        discovery.keepRow(count, row);
        kept[count++] = row;
      } else {
        this.#scanner.retract(count);
        discovery.dropRow();
        failures.push(failure);
      }
    }
    return {
      rowCount: count,
      rows: kept.subarray(0, count),
      columns: discovery.columns.map((column) => ({
        name: column.name,
        path: column.path,
        vector: utf8Vector(column.finish(count)),
      })),
      overflow: discovery.overflow.isEmpty ? null : utf8Vector(discovery.overflow.finish(count)),
      failures,
      drift: discovery.drifts.take(),
    };
  }
}

function checkRange(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new CurateError(`${option} is ${value}: give a whole number from ${least} to ${most}`, {
    code: 'OPTION_INVALID',
    context: { option, value },
  });
}
