import { Table as ArrowTable, type Data, Field, type RecordBatch } from 'apache-arrow';
import { CurateError } from '../error.js';
import { nullTexts } from '../tables/arrow.js';
import { type BatchInput, batchesOf } from './batch-source.js';
import { batchOf } from './take-rows.js';
import { plainType } from './text-column.js';
import { refuseNoObject, wrongCall } from './wrong-call.js';

export interface CollectOptions {
  /** More rows than this are an error: nobody fills the memory by mistake. Default 1,000,000. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

/**
 * All batches as one Arrow table. Text columns that came up later are null in the batches before them, so that what
 * {@link flatten} gives makes one table. Memory: every row.
 *
 * @throws {CurateError} `TOO_MANY_ROWS`; `OPTION_INVALID`; `COLUMN_TYPE_MISMATCH` where a column changes its type, or one that is no
 *   text is missing in some batch; `ABORTED`.
 * @example const table = await collect(flatten(batches));
 */
export async function collect(batches: BatchInput, options: CollectOptions = {}): Promise<ArrowTable> {
  refuseNoObject('options', options);
  const { maxRows = 1_000_000, signal } = options;
  if (!(maxRows >= 0)) throw wrongCall('maxRows', maxRows, 'a number from 0');
  const all: RecordBatch[] = [];
  const fields = new Map<string, Field>();
  let rows = 0;
  for await (const { batch } of batchesOf(batches, signal)) {
    rows += batch.numRows;
    if (rows > maxRows) {
      throw new CurateError(`there are more than ${maxRows} rows: work batch by batch, or raise maxRows`, {
        code: 'TOO_MANY_ROWS',
        context: { maxRows },
      });
    }
    all.push(batch);
    for (const field of batch.schema.fields) fields.set(field.name, common(field, fields.get(field.name)));
  }
  const columns = [...fields.values()].map((field) => nullable(field));
  return new ArrowTable(all.map((batch) => aligned(batch, columns)));
}

function common(field: Field, known: Field | undefined): Field {
  if (known === undefined || String(known.type) === String(field.type)) return known ?? field;
  throw mismatch(field.name, `it is ${field.type} in one batch and was ${known.type} before`);
}

function nullable(field: Field): Field {
  return new Field(field.name, field.type, true, field.metadata);
}

function aligned(batch: RecordBatch, columns: readonly Field[]): RecordBatch {
  const places = new Map(batch.schema.fields.map(({ name }, place) => [name, place]));
  const children = columns.map(({ name, type }): Data => {
    const place = places.get(name);
    if (place !== undefined) return batch.data.children[place] as Data;
    if (plainType(type) !== 'text' || String(type) !== 'Utf8')
      throw mismatch(name, `it is ${type} and missing in some batch`);
    return nullTexts(batch.numRows).data[0]!;
  });
  return batchOf(columns, children, batch.numRows);
}

function mismatch(column: string, detail: string): CurateError {
  return new CurateError(`column ${column} does not make one table: ${detail}`, {
    code: 'COLUMN_TYPE_MISMATCH',
    context: { column },
  });
}
