import { ENVELOPE_COLUMNS, type Envelope } from '@lean-ops/core';
import type { RecordBatch } from 'apache-arrow';
import { CurateError } from '../error.js';
import { isPresent, joinTexts, type Utf8Column, utf8Column } from '../flatten/utf8-column.js';
import { takeLongs, takeTextColumn } from '../tables/arrow.js';

/** Text columns of the envelope. */
export type TextColumn = Exclude<keyof Envelope, 'publish_time' | 'ingestion_ts'>;

/** The columns of RAW that a run reads: all of them. */
export const RAW_COLUMNS: readonly string[] = ENVELOPE_COLUMNS.map(({ name }) => name);

/** One batch of RAW as flat buffers. */
export interface RawBatch {
  readonly rowCount: number;
  readonly text: Readonly<Record<TextColumn, Utf8Column>>;
  /** Microseconds since the epoch. */
  readonly publishTime: BigInt64Array;
  readonly ingestion: BigInt64Array;
  readonly byteLength: number;
  /** Whether payloads have memory of their own, which may be freed or given away once they were looked into. */
  readonly ownsPayloads: boolean;
}

/**
 * Takes a batch of RAW apart.
 *
 * @throws {CurateError} `COLUMN_MISSING` or `COLUMN_TYPE_MISMATCH` when it is not a RAW table's.
 */
export function rawBatch(batch: RecordBatch): RawBatch {
  const text = Object.fromEntries(
    ENVELOPE_COLUMNS.filter(({ type }) => type === 'string').map(({ name }) => [
      name,
      utf8Column(vectorOf(batch, name)),
    ]),
  ) as Record<TextColumn, Utf8Column>;
  return {
    rowCount: batch.numRows,
    text,
    publishTime: longs(batch, 'publish_time'),
    ingestion: longs(batch, 'ingestion_ts'),
    byteLength: byteLength(text, batch.numRows),
    ownsPayloads: ownsPayloads(text),
  };
}

/** Frees the memory of payloads that nobody looks at any more: it is sooner taken again than new memory is got. */
export function freePayloads({ text, ownsPayloads }: RawBatch): void {
  if (ownsPayloads) for (const name of PAYLOAD_COLUMNS) freeTexts(text[name]);
}

/** As {@link freePayloads}, of texts that have memory of their own. */
export function freeTexts({ data: { buffer } }: Utf8Column): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

const PAYLOAD_COLUMNS = ['json_payload', 'envelope_json'] as const;

/** Whether nothing else of the batch stands in the memory of its payloads. */
function ownsPayloads(text: RawBatch['text']): boolean {
  const own: unknown[] = PAYLOAD_COLUMNS.map((name) => text[name].data.buffer);
  return Object.entries(text).every(
    ([name, { data, offsets, validity }]) =>
      !own.includes(offsets.buffer) &&
      !own.includes(validity?.buffer) &&
      (PAYLOAD_COLUMNS.some((payload) => payload === name) || !own.includes(data.buffer)),
  );
}

/**
 * Some rows of a batch, rising.
 *
 * @param payloads Theirs, where those of the batch may be gone.
 */
export function takeRaw(batch: RawBatch, rows: Int32Array, payloads: Utf8Column | null = null): RawBatch {
  const text = Object.fromEntries(
    Object.entries(batch.text).map(([name, column]) => [
      name,
      name === 'json_payload' && payloads !== null ? payloads : takeTextColumn(column, rows),
    ]),
  ) as Record<TextColumn, Utf8Column>;
  return {
    rowCount: rows.length,
    text,
    publishTime: takeLongs(batch.publishTime, rows),
    ingestion: takeLongs(batch.ingestion, rows),
    byteLength: byteLength(text, rows.length),
    ownsPayloads: true,
  };
}

/** Batches one after another as one. */
export function joinRaw(batches: readonly RawBatch[]): RawBatch {
  const rowCount = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  const [first] = batches as [RawBatch];
  const text = Object.fromEntries(
    Object.keys(first.text).map((name) => [
      name,
      joinTexts(batches.map(({ text: one }) => one[name as TextColumn])),
    ]),
  ) as Record<TextColumn, Utf8Column>;
  return {
    rowCount,
    text,
    publishTime: joinLongs(batches.map(({ publishTime }) => publishTime)),
    ingestion: joinLongs(batches.map(({ ingestion }) => ingestion)),
    byteLength: batches.reduce((sum, batch) => sum + batch.byteLength, 0),
    ownsPayloads: true,
  };
}

function joinLongs(parts: readonly BigInt64Array[]): BigInt64Array {
  const joined = new BigInt64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function byteLength(text: RawBatch['text'], rowCount: number): number {
  return Object.values(text).reduce(
    (sum, { offsets, length }) => sum + offsets[length]! - offsets[0]! + 4 * length,
    16 * rowCount,
  );
}

/** The values of a long or timestamp column; those of null rows are meaningless. */
export function longs(batch: RecordBatch, name: string): BigInt64Array {
  const vector = vectorOf(batch, name);
  const [data] = vector.data;
  if (data === undefined) return new BigInt64Array(0);
  const values: unknown = data.values;
  if (vector.data.length === 1 && values instanceof BigInt64Array) return values;
  throw new CurateError(
    `column ${name} should hold 64-bit values and is ${vector.type}: is this the right table?`,
    {
      code: 'COLUMN_TYPE_MISMATCH',
      context: { column: name, type: String(vector.type) },
    },
  );
}

export function vectorOf(batch: RecordBatch, name: string): NonNullable<ReturnType<RecordBatch['getChild']>> {
  const vector = batch.getChild(name);
  if (vector !== null) return vector;
  throw new CurateError(`column ${name} is missing: the table is not what this job reads`, {
    code: 'COLUMN_MISSING',
    context: { column: name, columns: batch.schema.fields.map((field) => field.name) },
  });
}

/** A row's bytes, without copying; null where the row has none. */
export function bytesAt(column: Utf8Column, row: number): Uint8Array | null {
  return isPresent(column, row) ? column.data.subarray(column.offsets[row]!, column.offsets[row + 1]!) : null;
}

export function textAt(column: Utf8Column, row: number): string | null {
  const bytes = bytesAt(column, row);
  return bytes === null
    ? null
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
