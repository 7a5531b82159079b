import type { Utf8Column } from '../flatten/utf8-column.js';
import type { OrderValue } from '../order/order-value.js';
import type { RawBatch, TextColumn } from '../standardize/raw-batch.js';
import { takeLongs, takeTextColumn } from '../tables/arrow.js';
import { ORDER_STATE, type OrderColumn } from '../workers/batch-messages.js';
import { payloadCheck } from './payload-check.js';

/**
 * What is held of the rows of a batch: the columns by which versions are told apart, keyed and ordered. They are the
 * batch's own and not copied, unless few of its rows bring anything.
 */
export interface HeldRows {
  /** Place of the batch's first row among all rows of the run. */
  readonly base: number;
  /** Rows of the batch that are held; null for all. */
  readonly rows: Int32Array | null;
  readonly messageId: Utf8Column;
  readonly sqsMessageId: Utf8Column;
  /** Text columns of the envelope that are part of a version's identity besides the message id. */
  readonly identity: readonly Utf8Column[];
  /** Microseconds since the epoch. */
  readonly publishTime: BigInt64Array;
  readonly ingestion: BigInt64Array;
  /** 1 where the producer gave `publish_time`. */
  readonly fromProducer: Uint8Array;
  /** What payload bytes are told apart by: xxhash64, a second hash, and how many they are. */
  readonly payloadHash: BigInt64Array;
  readonly payloadCheck: Int32Array;
  readonly payloadLength: Int32Array;
  /** What stands in the payloads; null until they were looked into. */
  readonly parsed: ParsedValues | null;
}

/** What payloads gave, by row. */
export interface ParsedValues {
  /** Texts of the path that the key is; null where the key is none. */
  readonly key: Utf8Column | null;
  /** Order values per payload path. */
  readonly order: readonly OrderColumn[];
  /** `_seen` hashes; null where no row is ordered by its journey. */
  readonly seenHashes: BigInt64Array | null;
}

export interface HoldOptions {
  /** Place of the batch's first row among all rows of the run. */
  readonly base: number;
  readonly identity: readonly TextColumn[];
  readonly payloadHash: (bytes: Uint8Array) => bigint;
}

export function holdRows(batch: RawBatch, { base, identity, payloadHash }: HoldOptions): HeldRows {
  const { text, publishTime, ingestion } = batch;
  return {
    base,
    rows: null,
    messageId: ownColumn(text.message_id),
    sqsMessageId: ownColumn(text.sqs_message_id),
    identity: identity.map((name) => ownColumn(text[name])),
    publishTime: ownLongs(publishTime),
    ingestion: ownLongs(ingestion),
    fromProducer: fromProducer(text.publish_time_source),
    ...hashPayloads(text.json_payload, payloadHash),
    payloadLength: lengthsOf(text.json_payload),
    parsed: null,
  };
}

/** Some of the rows alone, rising. */
export function takeHeld(held: HeldRows, rows: Int32Array): HeldRows {
  return {
    ...held,
    rows,
    messageId: takeTextColumn(held.messageId, rows),
    sqsMessageId: takeTextColumn(held.sqsMessageId, rows),
    identity: held.identity.map((column) => takeTextColumn(column, rows)),
    publishTime: takeLongs(held.publishTime, rows),
    ingestion: takeLongs(held.ingestion, rows),
    fromProducer: takeBytes(held.fromProducer, rows),
    payloadHash: takeLongs(held.payloadHash, rows),
    payloadCheck: takeInts(held.payloadCheck, rows),
    payloadLength: takeInts(held.payloadLength, rows),
  };
}

/** What the payloads of a batch gave, of the rows of it that are held. */
export function takeParsed({ key, order, seenHashes }: ParsedValues, rows: Int32Array | null): ParsedValues {
  if (rows === null) return { key, order, seenHashes };
  return {
    key: key === null ? null : takeTextColumn(key, rows),
    order: order.map((column) => takeOrder(column, rows)),
    seenHashes: seenHashes === null ? null : takeLongs(seenHashes, rows),
  };
}

function takeOrder({ states, micros, others }: OrderColumn, rows: Int32Array): OrderColumn {
  const taken = new Map<number, OrderValue>();
  if (others.size > 0) {
    for (const [index, row] of rows.entries()) {
      const value = others.get(row);
      if (value !== undefined) taken.set(index, value);
    }
  }
  return { states: takeBytes(states, rows), micros: takeLongs(micros, rows), others: taken };
}

/** The order value of a row. */
export function orderValueAt({ states, micros, others }: OrderColumn, row: number): OrderValue {
  return states[row] === ORDER_STATE.micros ? micros[row]! : (others.get(row) ?? null);
}

/** Whether a row's `publish_time` is the producer's. */
export function isFromProducer(source: Utf8Column, row: number): boolean {
  return source.offsets[row + 1]! - source.offsets[row]! === PRODUCER_LENGTH;
}

const PRODUCER_LENGTH = 'producer'.length;

function fromProducer(source: Utf8Column): Uint8Array {
  const found = new Uint8Array(source.length);
  for (let row = 0; row < found.length; row++) if (isFromProducer(source, row)) found[row] = 1;
  return found;
}

// Loops that run for every row of a batch stand in functions that do nothing else: they are compiled while they run.

/** Both hashes of one payload after the other: it is near then. */
function hashPayloads(
  { data, offsets, length }: Utf8Column,
  hash: HoldOptions['payloadHash'],
): { payloadHash: BigInt64Array; payloadCheck: Int32Array } {
  const hashes = new BigInt64Array(length);
  const checks = new Int32Array(length);
  const bytes = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row < length; row++) {
    // A missing payload has the offsets of an empty one.
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    hashes[row] = hash(data.subarray(start, end));
    checks[row] = payloadCheck(bytes, start, end);
  }
  return { payloadHash: hashes, payloadCheck: checks };
}

function lengthsOf({ offsets, length }: Utf8Column): Int32Array {
  const lengths = new Int32Array(length);
  for (let row = 0; row < length; row++) lengths[row] = offsets[row + 1]! - offsets[row]!;
  return lengths;
}

function takeInts(values: Int32Array, rows: Int32Array): Int32Array {
  const taken = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) taken[index] = values[rows[index]!]!;
  return taken;
}

function takeBytes(values: Uint8Array, rows: Int32Array): Uint8Array {
  const taken = new Uint8Array(rows.length);
  for (let index = 0; index < rows.length; index++) taken[index] = values[rows[index]!]!;
  return taken;
}

/** The column in memory of its own: a view of memory that holds much else would keep all of it. */
export function ownColumn(column: Utf8Column): Utf8Column {
  const { data, offsets, validity } = column;
  if (!sharesMemory(data) && !sharesMemory(offsets)) return column;
  return {
    ...column,
    data: new Uint8Array(data),
    offsets: new Int32Array(offsets),
    validity: validity === null ? null : new Uint8Array(validity),
  };
}

/** As {@link ownColumn}. */
export function ownLongs(values: BigInt64Array): BigInt64Array {
  return sharesMemory(values) ? values.slice() : values;
}

function sharesMemory(view: ArrayBufferView): boolean {
  return view.buffer.byteLength > 2 * view.byteLength + SMALL_BYTES;
}

const SMALL_BYTES = 4096;
