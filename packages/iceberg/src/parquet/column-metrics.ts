import type { Data, RecordBatch } from 'apache-arrow';
import { columnData, isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';
import { bytesReader, columnReader } from '../arrow/column-reader.js';
import { structLeaf } from '../arrow/struct-data.js';
import type { Schema } from '../schema/schema.js';
import { compareValues } from '../type/compare-values.js';
import type { NestedField, PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import { encodeSingleValue } from '../type/single-value.js';
import type { Value } from '../type/value.js';
import { bytesExtremes, type Extremes, longExtremes, numberExtremes } from './extremes.js';
import type { MetricsMode } from './metrics-mode.js';
import { truncateLower, truncateUpper } from './truncate-bound.js';

/** Statistics of a data file by field id (spec, "Column Metrics"). */
export interface FileMetrics {
  valueCounts: Map<number, bigint>;
  nullValueCounts: Map<number, bigint>;
  nanValueCounts: Map<number, bigint>;
  lowerBounds: Map<number, Uint8Array>;
  upperBounds: Map<number, Uint8Array>;
}

/**
 * Gathers the statistics of a file while its batches go by: of columns and of the fields of structs, for which every row
 * has a value, null where its struct is. What is in lists and maps has none.
 */
export class MetricsCollector {
  readonly #columns: ColumnMetrics[];

  constructor(schema: Schema, modeOf: (name: string, position: number) => MetricsMode) {
    // Fields of structs count after all columns, which are the first to have statistics.
    let nested = schema.fields.length;
    this.#columns = schema.fields.flatMap((field, column) =>
      leavesOf(field, { column, below: [] }).flatMap(({ id, type, path, place }) => {
        const mode = modeOf(path, place.below.length === 0 ? column : nested++);
        return mode.kind === 'none' ? [] : [new ColumnMetrics(id, type, place, mode)];
      }),
    );
  }

  add(batch: RecordBatch): void {
    for (const metrics of this.#columns)
      metrics.add(structLeaf(columnData(batch, metrics.place.column), metrics.place.below));
  }

  finish(): FileMetrics {
    const metrics: FileMetrics = {
      valueCounts: new Map(),
      nullValueCounts: new Map(),
      nanValueCounts: new Map(),
      lowerBounds: new Map(),
      upperBounds: new Map(),
    };
    for (const column of this.#columns) column.putInto(metrics);
    return metrics;
  }
}

/** Where values are found: a column, and the places of children below it. */
interface Place {
  readonly column: number;
  readonly below: readonly number[];
}

interface Leaf {
  readonly id: number;
  readonly type: PrimitiveType;
  readonly path: string;
  readonly place: Place;
}

function leavesOf(field: NestedField, place: Place, path: string = field.name): Leaf[] {
  const { id, type } = field;
  if (isPrimitive(type)) return type === 'unknown' ? [] : [{ id, type, path, place }];
  if (type.type !== 'struct') return [];
  return type.fields.flatMap((child, at) =>
    leavesOf(child, { ...place, below: [...place.below, at] }, `${path}.${child.name}`),
  );
}

class ColumnMetrics {
  readonly place: Place;
  readonly #id: number;
  readonly #type: PrimitiveType;
  readonly #kind: string;
  readonly #mode: MetricsMode;
  #values = 0;
  #nulls = 0;
  #nans = 0;
  #lower: Value | null = null;
  #upper: Value | null = null;

  constructor(id: number, type: PrimitiveType, place: Place, mode: MetricsMode) {
    this.place = place;
    this.#id = id;
    this.#type = type;
    this.#kind = primitiveKind(type).kind;
    this.#mode = mode;
  }

  add(data: Data): void {
    this.#values += data.length;
    const nullable = mayHaveNulls(data);
    if (nullable) this.#nulls += data.nullCount;
    const counted = this.#kind === 'float' || this.#kind === 'double';
    if (this.#kind === 'uuid' || (this.#mode.kind === 'counts' && !counted)) return;
    const { least, greatest, nans } = this.#extremesOf(data, nullable);
    this.#nans += nans;
    if (least === -1) return;
    const read = this.#isBytes() ? bytesReader(data) : columnReader(data, this.#type);
    this.#lower = lesser(this.#lower, read(least)!);
    this.#upper = greater(this.#upper, read(greatest)!);
  }

  #isBytes(): boolean {
    return this.#kind === 'string' || this.#kind === 'binary';
  }

  /** The rows that bound a chunk, looked for in the memory of the column where its form allows it. */
  #extremesOf(data: Data, nullable: boolean): Extremes {
    if (this.#isBytes()) return bytesExtremes(data, nullable);
    if (data.values instanceof BigInt64Array) return longExtremes(data, nullable);
    if (['int', 'date', 'float', 'double'].includes(this.#kind)) return numberExtremes(data, nullable);
    return this.#extremesByValue(data, nullable);
  }

  #extremesByValue(data: Data, nullable: boolean): Extremes {
    const read = columnReader(data, this.#type);
    let [least, greatest] = [-1, -1];
    for (let row = 0; row < data.length; row++) {
      if (nullable && !isValidAt(data, row)) continue;
      const value = read(row)!;
      if (least === -1 || compareValues(value, read(least)!) < 0) least = row;
      if (greatest === -1 || compareValues(value, read(greatest)!) > 0) greatest = row;
    }
    return { least, greatest, nans: 0 };
  }

  putInto(metrics: FileMetrics): void {
    metrics.valueCounts.set(this.#id, BigInt(this.#values));
    metrics.nullValueCounts.set(this.#id, BigInt(this.#nulls));
    const floating = this.#kind === 'float' || this.#kind === 'double';
    if (floating) metrics.nanValueCounts.set(this.#id, BigInt(this.#nans));
    // Readers do not agree on the order of UUIDs (halves signed or not): a bound would hide rows from some of them.
    if (this.#kind === 'uuid' || this.#mode.kind === 'counts') return;
    if (this.#lower === null || this.#upper === null) return;
    const lower = truncateLower(this.#type, this.#encode(this.#lower, -0), this.#mode);
    const upper = truncateUpper(this.#type, this.#encode(this.#upper, 0), this.#mode);
    metrics.lowerBounds.set(this.#id, lower);
    if (upper !== null) metrics.upperBounds.set(this.#id, upper);
  }

  /** A bound of zero takes the sign that contains both zeros, for readers that tell them apart. */
  #encode(value: Value, zero: number): Uint8Array {
    return value instanceof Uint8Array ? value : encodeSingleValue(this.#type, value === 0 ? zero : value);
  }
}

function lesser(known: Value | null, value: Value): Value {
  return known === null || compareValues(value, known) < 0 ? owned(value) : known;
}

function greater(known: Value | null, value: Value): Value {
  return known === null || compareValues(value, known) > 0 ? owned(value) : known;
}

/** A copy: a view would keep its batch alive as long as the file is open. */
function owned(value: Value): Value {
  return value instanceof Uint8Array ? value.slice() : value;
}
