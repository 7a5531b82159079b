import type { Schema } from '../../schema/schema.js';
import type { NestedField } from '../../type/iceberg-type.js';
import { isPrimitive } from '../../type/primitive.js';
import { concatBytes } from '../../util/bytes.js';
import type { FileMetrics } from '../column-metrics.js';
import type { MetricsMode } from '../metrics-mode.js';
import { ParquetFooter } from '../parquet-footer.js';
import { truncateLower, truncateUpper } from '../truncate-bound.js';
import { encodedFooter, type WrittenChunk, type WrittenGroup } from './encoded-footer.js';
import type { EncodedColumn, EncodedRows } from './encoded-rows.js';
import { nullColumn } from './null-column.js';

const MAGIC = Buffer.from('PAR1');

/** A Parquet file made of row groups that were encoded before. */
export class EncodedFile {
  readonly #groups: EncodedRows[] = [];
  /** Rows taken so far. */
  rows = 0;
  /** Bytes of them, packed. */
  bytes = 0;

  add(rows: EncodedRows): void {
    this.#groups.push(rows);
    this.rows += rows.rowCount;
    for (const column of rows.columns) this.bytes += column.bytes.length;
  }

  /** The file with all columns of a schema; columns that a group lacks, because they came later, are null in it. */
  finish(schema: Schema): { bytes: Uint8Array; columnSizes: Map<number, bigint> } {
    const parts: Uint8Array[] = [MAGIC];
    let at = MAGIC.length;
    const groups = this.#groups.map((group): WrittenGroup => {
      const known = new Map(group.columns.map((column) => [column.name, column]));
      const chunks = schema.fields.map((field): WrittenChunk => {
        const column = known.get(field.name) ?? nullColumn(field, group.rowCount);
        const chunk = { field, column, offset: at };
        parts.push(column.bytes);
        at += column.bytes.length;
        return chunk;
      });
      return { rowCount: group.rowCount, chunks };
    });
    const footer = encodedFooter(schema.fields, groups, this.rows);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    const columnSizes = new ParquetFooter(footer).columnSizes();
    return { bytes: concatBytes([...parts, footer, length, MAGIC]), columnSizes };
  }

  /** What manifests say of the file's columns. Nested columns have no metrics. */
  metrics(schema: Schema, modeOf: (name: string, position: number) => MetricsMode): FileMetrics {
    const metrics: FileMetrics = {
      valueCounts: new Map(),
      nullValueCounts: new Map(),
      nanValueCounts: new Map(),
      lowerBounds: new Map(),
      upperBounds: new Map(),
    };
    for (const [position, field] of schema.fields.entries()) {
      const mode = modeOf(field.name, position);
      if (isPrimitive(field.type) && mode.kind !== 'none') this.#columnMetrics(metrics, field, mode);
    }
    return metrics;
  }

  #columnMetrics(metrics: FileMetrics, field: NestedField, mode: MetricsMode): void {
    const columns = this.#groups.flatMap((group) => group.columns.filter(({ name }) => name === field.name));
    const present = columns.reduce((sum, { values, nulls }) => sum + values - nulls, 0);
    metrics.valueCounts.set(field.id, BigInt(this.rows));
    metrics.nullValueCounts.set(field.id, BigInt(this.rows - present));
    if (mode.kind === 'counts' || !isPrimitive(field.type)) return;
    const { lower, upper } = boundsOf(columns);
    if (lower === null || upper === null) return;
    metrics.lowerBounds.set(field.id, truncateLower(field.type, lower, mode));
    const raised = truncateUpper(field.type, upper, mode);
    if (raised !== null) metrics.upperBounds.set(field.id, raised);
  }
}

/** Bounds over several row groups. */
function boundsOf(columns: readonly EncodedColumn[]): { lower: Uint8Array | null; upper: Uint8Array | null } {
  let lower: Uint8Array | null = null;
  let upper: Uint8Array | null = null;
  for (const column of columns) {
    if (column.lower === null || column.upper === null) continue;
    if (lower === null || compareBounds(column, column.lower, lower) < 0) lower = column.lower;
    if (upper === null || compareBounds(column, column.upper, upper) > 0) upper = column.upper;
  }
  return { lower, upper };
}

function compareBounds({ type }: EncodedColumn, left: Uint8Array, right: Uint8Array): number {
  if (type === 'string') return Buffer.compare(left, right);
  const [a, b] = [longOf(left), longOf(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function longOf(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
}
