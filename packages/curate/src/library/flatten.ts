import { type Data, Field, type RecordBatch, Utf8 } from 'apache-arrow';
import type { DriftEntry } from '../drift/drift.js';
import { CurateError } from '../error.js';
import { Flattener } from '../flatten/flattener.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { ColumnPath, FlattenedBatch, FlattenOptions } from '../flatten/types.js';
import { nullTexts } from '../tables/arrow.js';
import { type BatchInput, batchesOf, columnOf, type NumberOf, refuseAborted } from './batch-source.js';
import { pathField } from './path-metadata.js';
import { type PayloadFailure, payloadFailure } from './payload-failure.js';
import { batchOf, sliceBatch, takeRows } from './take-rows.js';
import { textColumn } from './text-column.js';
import { refuseNoNames, refuseNoObject, wrongCall } from './wrong-call.js';

/** Bytes of payload that become one part: larger batches are cut. */
const PART_BYTES = 64 << 20;

/** What {@link flatten} and its form for plain rows have in common. */
export interface FlattenLimits extends Omit<FlattenOptions, 'reserved'> {
  /**
   * `grow`: a path seen for the first time gets a column behind the others. `fixed`: only `columns` are columns, every
   * other value goes to `_overflow`, and all parts have one schema. Default `grow`.
   */
  readonly schema?: 'grow' | 'fixed';
  readonly signal?: AbortSignal;
}

export interface FlattenBatchesOptions extends FlattenLimits {
  /** The column that holds the JSON texts: Utf8 or Binary, large, viewed or by dictionary too. Default `json_payload`. */
  readonly payload?: string;
  /**
   * Columns of the input that go along, whatever their type. Default: all but the payload; a later batch that has more
   * of them than the first is refused.
   */
  readonly keep?: readonly string[];
  /** Called, and waited for, with what each part leaves out: for a chain of functions that looks at batches only. */
  onFailures?(failures: readonly PayloadFailure[], failed: RecordBatch): Promise<void> | void;
}

/** What became of some rows of the input. */
export interface FlattenedPart {
  /** Kept columns, then one text column per path, then `_overflow` once there is any. */
  readonly batch: RecordBatch;
  /** Row of the whole input behind each row of the batch. */
  readonly rows: Float64Array;
  /** Payload columns of the batch with their paths; give them to the next call and names stay. */
  readonly columns: readonly ColumnPath[];
  readonly failures: readonly PayloadFailure[];
  /** The rows that failed, as they came with all their columns, in the order of `failures`. */
  readonly failed: RecordBatch;
  /** What was unusual about the data's shape; rows count over the whole input. */
  readonly drift: readonly DriftEntry[];
}

/**
 * Turns a column of JSON objects into one text column per path, finding the paths by itself.
 *
 * A column once there stays, with the same name: the schema only grows. Memory: one batch of the input, its columns
 * (at most 64 MiB of payload at a time), and one entry per column; nothing per row.
 *
 * @throws {CurateError} while iterating: `COLUMN_MISSING`, `COLUMN_TYPE_MISMATCH`, `OPTION_INVALID`, `PATH_INVALID`,
 *   `BATCH_TOO_LARGE`, `ABORTED`. What the input throws goes through. A payload never throws: see `failures`.
 * @example
 * for await (const { batch, failures } of flatten(table.scan(), { payload: 'body' })) await target.append(batch);
 */
export async function* flatten(
  batches: BatchInput,
  options: FlattenBatchesOptions = {},
): AsyncGenerator<FlattenedPart> {
  refuseNoObject('options', options);
  const { payload = 'json_payload', keep, signal, onFailures } = options;
  if (keep !== undefined) refuseNoNames('keep', keep);
  let flattening: Flattening | null = null;
  for await (const { batch, numberOf } of batchesOf(batches, signal)) {
    const texts = textColumn(columnOf(batch, payload, 'payload'), payload);
    flattening ??= new Flattening(keep ?? otherColumns(batch, payload), options);
    if (keep === undefined) refuseMore(otherColumns(batch, payload), flattening.keep);
    for (const [begin, end] of partsOf(texts.offsets, batch.numRows)) {
      refuseAborted(signal);
      const part = flattening.part(sliceBatch(batch, begin, end), payload, (row) => numberOf(begin + row));
      if (part.failures.length > 0) await onFailures?.(part.failures, part.failed);
      yield part;
    }
  }
}

function otherColumns(batch: RecordBatch, payload: string): string[] {
  return batch.schema.fields.map(({ name }) => name).filter((name) => name !== payload);
}

/** What only some batches have would be lost in the others, or stand in columns that change under way. */
function refuseMore(columns: readonly string[], keep: readonly string[]): void {
  const more = columns.find((name) => !keep.includes(name));
  if (more === undefined) return;
  throw new CurateError(
    `a batch has a column ${JSON.stringify(more)} that the batches before it do not have: give all batches the same columns, or name those that go along in the option "keep"`,
    { code: 'COLUMN_MISSING', context: { column: more, option: 'keep', columns: keep } },
  );
}

/** Cuts a batch where its payloads reach {@link PART_BYTES}; a single larger payload stays whole. */
function* partsOf(offsets: Int32Array, rowCount: number): Generator<[begin: number, end: number]> {
  let begin = 0;
  for (let row = 1; row < rowCount; row++) {
    if (offsets[row + 1]! - offsets[begin]! <= PART_BYTES) continue;
    yield [begin, row];
    begin = row;
  }
  yield [begin, rowCount];
}

/** The flattener of one call. @throws {CurateError} `OPTION_INVALID`, `PATH_INVALID`. */
export function flattenerOf(options: FlattenLimits, reserved: readonly string[]): Flattener {
  const { schema = 'grow', columns = [], contractPaths = [], maxDepth, maxColumns } = options;
  if (schema !== 'grow' && schema !== 'fixed') throw wrongCall('schema', schema, '"grow" or "fixed"');
  const fixed = schema === 'fixed';
  if (fixed && contractPaths.length > 0) {
    throw new CurateError('contractPaths make a schema grow and schema is "fixed": name them in columns', {
      code: 'OPTION_INVALID',
      context: { option: 'contractPaths' },
    });
  }
  const limit = fixed ? columns.length : maxColumns;
  return new Flattener({
    columns,
    contractPaths,
    reserved,
    ...(maxDepth === undefined ? {} : { maxDepth }),
    ...(limit === undefined ? {} : { maxColumns: limit }),
  });
}

class Flattening {
  readonly keep: readonly string[];
  readonly #flattener: Flattener;
  #overflows: boolean;

  constructor(keep: readonly string[], options: FlattenBatchesOptions) {
    if (keep.includes(OVERFLOW_COLUMN)) {
      throw new CurateError(
        `the input has a column ${OVERFLOW_COLUMN}, which is the name of what finds no column: rename it, or leave it out by the option "keep"`,
        { code: 'OPTION_INVALID', context: { option: 'keep', column: OVERFLOW_COLUMN } },
      );
    }
    this.keep = keep;
    this.#flattener = flattenerOf(options, keep);
    this.#overflows = options.schema === 'fixed';
  }

  part(batch: RecordBatch, payload: string, numberOf: NumberOf): FlattenedPart {
    const texts = textColumn(columnOf(batch, payload, 'payload'), payload);
    const flattened = this.#flattener.flatten(texts);
    const { rows, rowCount, columns, failures, drift } = flattened;
    const kept = takeRows(this.#kept(batch), rows);
    const overflow = this.#overflow(flattened);
    return {
      batch: batchOf(
        [...kept.schema.fields, ...columns.map(pathField), ...overflow.map(({ field }) => field)],
        [
          ...(kept.data.children as Data[]),
          ...columns.map(({ vector }) => vector.data[0]!),
          ...overflow.map(({ data }) => data),
        ],
        rowCount,
      ),
      rows: Float64Array.from(rows, numberOf),
      columns: columns.map(({ name, path }) => ({ name, path })),
      failures: failures.map((failure) => payloadFailure(failure, numberOf)),
      failed: takeRows(
        batch,
        Int32Array.from(failures, ({ row }) => row),
      ),
      drift: drift.map((entry) => ({ ...entry, firstRow: numberOf(entry.firstRow) })),
    };
  }

  #kept(batch: RecordBatch): RecordBatch {
    const children = this.keep.map((name) => columnOf(batch, name, 'keep'));
    const fields = this.keep.map((name) => batch.schema.fields.find((field) => field.name === name)!);
    return batchOf(fields, children, batch.numRows);
  }

  #overflow({ overflow, rowCount }: FlattenedBatch): { field: Field; data: Data }[] {
    this.#overflows ||= overflow !== null;
    if (!this.#overflows) return [];
    const field = new Field(OVERFLOW_COLUMN, new Utf8(), true);
    return [{ field, data: (overflow ?? nullTexts(rowCount)).data[0]! }];
  }
}
