import { encodeColumns, partitionCodes, partitionRows } from '@lean-ops/iceberg';
import type { Data } from 'apache-arrow';
import type { DriftKind } from '../drift/drift.js';
import type { KeyNode } from '../flatten/key-trie.js';
import type { RowOrders } from '../flatten/row-orders.js';
import type { Utf8Column } from '../flatten/utf8-column.js';
import { formatPath } from '../path/json-path.js';
import { dataBatch, heldBytes } from '../tables/arrow.js';
import type { RowDrift } from './batch-discovery.js';
import type {
  BatchPlan,
  EncodedPath,
  EncodedPayloads,
  EncodeRequest,
  EncodeResult,
} from './batch-messages.js';

/** One payload column of the rows looked into. */
interface ScannedColumn {
  readonly node: KeyNode;
  readonly data: Data;
  readonly nullRows: Int32Array;
  readonly number: number;
}

/** What scanning a batch gave. */
export interface ScannedValues {
  readonly columns: readonly ScannedColumn[];
  readonly orders: RowOrders;
  readonly drifts: readonly RowDrift[];
}

const WORTH_FREEING = 4096;
/** An entry of what rows showed, about. */
const DRIFT_BYTES = 64;

/** The payloads of a batch, column by column, until it is known which rows are written. */
export class KeptBatch {
  readonly #rowCount: number;
  readonly #paths: readonly ScannedColumn[];
  readonly #orders: RowOrders;
  readonly #drifts: readonly RowDrift[];
  /** Texts of the key, where that is a payload path. */
  readonly #keys: Utf8Column | null;

  constructor(values: ScannedValues, rowCount: number, keys: Utf8Column | null) {
    this.#rowCount = rowCount;
    this.#paths = values.columns;
    this.#orders = values.orders;
    this.#drifts = values.drifts;
    this.#keys = keys;
  }

  /** Bytes of memory that the batch holds. */
  get byteLength(): number {
    return (
      heldBytes(this.#paths.map(({ data }) => data)) +
      this.#orders.byteLength +
      this.#drifts.length * DRIFT_BYTES
    );
  }

  /**
   * Gives the memory of payload columns back at once: the collector would look through the whole heap for it. The texts
   * of the key are others' too.
   */
  free(): void {
    const keys = this.#keys;
    const shared = new Set([keys?.data.buffer, keys?.offsets.buffer, keys?.validity?.buffer]);
    for (const { data } of this.#paths) {
      for (const view of [data.values, data.valueOffsets, data.nullBitmap] as (
        | ArrayBufferView
        | undefined
      )[]) {
        if (view === undefined || view.byteLength < WORTH_FREEING || shared.has(view.buffer)) continue;
        if (view.buffer instanceof ArrayBuffer) view.buffer.transfer(0);
      }
    }
  }

  /** Encodes the payload columns of some of the rows. */
  encode({ rows, layout, codes }: EncodeRequest, plan: BatchPlan): EncodeResult {
    const names = new Map(plan.columns.map(({ path, name }) => [path, name]));
    const placeOf = this.#orders.placeOf();
    const shown = this.#paths
      .filter(({ node }) => node.depth <= plan.maxDepth)
      .map((column) => ({ column, firstRow: firstRowOf(column, rows) }))
      .filter(({ firstRow }) => firstRow !== -1)
      .sort(
        ({ column: left, firstRow: row }, { column: right, firstRow }) =>
          row - firstRow || placeOf(row, left.number) - placeOf(row, right.number),
      )
      .map(({ column, firstRow }) => {
        const keys = column.node.keys();
        const path = formatPath(keys);
        return { keys, name: names.get(path) ?? path, firstRow, data: column.data };
      });
    const batch = dataBatch(shown, this.#rowCount);
    const chosen = rows.length === this.#rowCount ? null : rows;
    const own = partitionCodes(layout, batch, chosen);
    const groups = partitionRows(
      layout,
      { rows: chosen, count: this.#rowCount },
      codes.map((known, field) => known ?? own[field]!),
    );
    const parts = groups.map((group): EncodedPayloads => {
      return { ...group, columns: encodeColumns(layout, batch, group.rows) };
    });
    return {
      parts,
      paths: shown.map(
        ({ keys, name, firstRow }): EncodedPath => ({
          keys,
          name,
          firstRow,
          values: valuesOf(parts, name),
        }),
      ),
      drift: this.#driftOf(rows),
    };
  }

  #driftOf(rows: Int32Array): EncodeResult['drift'] {
    const counted = new Map<string, { kind: DriftKind; keys: string[]; count: number; firstRow: number }>();
    let next = 0;
    for (const { row, kind, node, count } of this.#drifts) {
      while (next < rows.length && rows[next]! < row) next++;
      if (rows[next] !== row) continue;
      const key = `${kind} ${node.path()}`;
      const known = counted.get(key);
      if (known === undefined) counted.set(key, { kind, keys: node.keys(), count, firstRow: row });
      else known.count += count;
    }
    return [...counted.values()];
  }
}

/** A row, among those to be written, in which the path is there; -1 where it is in none. */
function firstRowOf({ data, nullRows }: ScannedColumn, rows: Int32Array): number {
  let nextNull = 0;
  for (const row of rows) {
    if (isPresentAt(data, row)) return row;
    while (nextNull < nullRows.length && nullRows[nextNull]! < row) nextNull++;
    if (nullRows[nextNull] === row) return row;
  }
  return -1;
}

function isPresentAt(data: Data, row: number): boolean {
  const { nullBitmap } = data;
  if (data.nullCount === 0 || nullBitmap === undefined || nullBitmap.length === 0) return true;
  return ((nullBitmap[row >> 3]! >> (row & 7)) & 1) === 1;
}

function valuesOf(parts: readonly EncodedPayloads[], name: string): number {
  let values = 0;
  for (const { columns } of parts) {
    const column = columns.find((each) => each.name === name);
    if (column !== undefined) values += column.values - column.nulls;
  }
  return values;
}
