import { DataType, type RecordBatch, TimeUnit, type Vector } from 'apache-arrow';
import { CurateError } from '../error.js';
import { isPresent, utf8Column } from '../flatten/utf8-column.js';

/** The text of a row, null where the column is null. */
export type TextAt = (row: number) => Uint8Array | null;

/**
 * Reads a Standardized column as texts: text columns as they are, timestamps in RFC 3339.
 *
 * @throws {CurateError} `COLUMN_MISSING`, `COLUMN_TYPE_MISMATCH`.
 */
export function columnText(batch: RecordBatch, name: string): TextAt {
  const vector = batch.getChild(name);
  if (vector === null) {
    throw new CurateError(`the batch has no column ${JSON.stringify(name)}: read it along`, {
      code: 'COLUMN_MISSING',
      context: { column: name, columns: batch.schema.fields.map((field) => field.name) },
    });
  }
  if (DataType.isTimestamp(vector.type)) return timestampText(vector, name);
  const column = utf8Column(vector);
  return (row) =>
    isPresent(column, row) ? column.data.subarray(column.offsets[row]!, column.offsets[row + 1]!) : null;
}

function timestampText(vector: Vector, name: string): TextAt {
  if (vector.type.unit !== TimeUnit.MICROSECOND) {
    throw new CurateError(`column ${name} is ${vector.type}: timestamps have microseconds`, {
      code: 'COLUMN_TYPE_MISMATCH',
      context: { column: name, type: String(vector.type) },
    });
  }
  const values = new BigInt64Array(vector.length);
  let row = 0;
  for (const chunk of vector.data) {
    const from = chunk.values as BigInt64Array;
    for (let index = 0; index < chunk.length; index++) values[row++] = from[index]!;
  }
  return (at) => (vector.isValid(at) ? Buffer.from(formatInstant(values[at]!), 'latin1') : null);
}

/** RFC 3339 in UTC with six decimals. */
function formatInstant(micros: bigint): string {
  const millis = Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
  const rest = String(((micros % 1000n) + 1000n) % 1000n).padStart(3, '0');
  return `${new Date(millis).toISOString().slice(0, -1)}${rest}Z`;
}
