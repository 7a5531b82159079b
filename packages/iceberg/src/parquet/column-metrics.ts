import type { Data, RecordBatch } from 'apache-arrow';
import { columnData, isValidAt, mayHaveNulls } from '../arrow/arrow-data.js';
import { bytesReader, columnReader } from '../arrow/column-reader.js';
import type { Schema } from '../schema/schema.js';
import { compareValues } from '../type/compare-values.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { isPrimitive, primitiveKind } from '../type/primitive.js';
import { encodeSingleValue } from '../type/single-value.js';
import type { Value } from '../type/value.js';
import { compareBytes } from '../util/bytes.js';
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

/** Gathers the statistics of a file while its batches go by. Nested columns have none. */
export class MetricsCollector {
  readonly #columns: ColumnMetrics[];

  constructor(schema: Schema, modeOf: (name: string, position: number) => MetricsMode) {
    this.#columns = schema.fields.flatMap((field, position) => {
      const mode = modeOf(field.name, position);
      return isPrimitive(field.type) && mode.kind !== 'none'
        ? [new ColumnMetrics(field.id, field.type, position, mode)]
        : [];
    });
  }

  add(batch: RecordBatch): void {
    for (const column of this.#columns) column.add(columnData(batch, column.position));
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

class ColumnMetrics {
  readonly position: number;
  readonly #id: number;
  readonly #type: PrimitiveType;
  readonly #kind: string;
  readonly #mode: MetricsMode;
  #values = 0;
  #nulls = 0;
  #nans = 0;
  #lower: Value | null = null;
  #upper: Value | null = null;

  constructor(id: number, type: PrimitiveType, position: number, mode: MetricsMode) {
    this.position = position;
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
    if (this.#kind === 'string' || this.#kind === 'binary') this.#addBytes(data, nullable);
    else this.#addValues(data, nullable);
  }

  /** Text is compared as UTF-8 bytes, which is code point order, without decoding it. */
  #addBytes(data: Data, nullable: boolean): void {
    const read = bytesReader(data);
    let lower = this.#lower as Uint8Array | null;
    let upper = this.#upper as Uint8Array | null;
    for (let index = 0; index < data.length; index++) {
      if (nullable && !isValidAt(data, index)) continue;
      const value = read(index);
      if (lower === null || compareBytes(value, lower) < 0) lower = value;
      if (upper === null || compareBytes(value, upper) > 0) upper = value;
    }
    // Copies: the batch must not live as long as the file is open.
    this.#lower = lower?.slice() ?? null;
    this.#upper = upper?.slice() ?? null;
  }

  #addValues(data: Data, nullable: boolean): void {
    const read = columnReader(data, this.#type);
    let lower = this.#lower;
    let upper = this.#upper;
    for (let index = 0; index < data.length; index++) {
      if (nullable && !isValidAt(data, index)) continue;
      const value = read(index)!;
      if (typeof value === 'number' && Number.isNaN(value)) {
        this.#nans++;
        continue;
      }
      if (lower === null || compareValues(value, lower) < 0) lower = value;
      if (upper === null || compareValues(value, upper) > 0) upper = value;
    }
    this.#lower = lower instanceof Uint8Array ? lower.slice() : lower;
    this.#upper = upper instanceof Uint8Array ? upper.slice() : upper;
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
