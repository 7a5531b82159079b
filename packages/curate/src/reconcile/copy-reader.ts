import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import type { TopicContract } from '@lean-ops/core';
import { isPresent, type Utf8Column } from '../flatten/utf8-column.js';
import { type LayerColumns, longAt, writePair, writeText } from './layer-columns.js';
import { PART, RAW_PARTS } from './layer-records.js';
import {
  type OraclePath,
  type OraclePayload,
  type OracleRawValue,
  oraclePath,
  orderEntries,
  plainKeys,
  textAt,
} from './oracle-order.js';
import { writeOrderPart, writeValue } from './order-part.js';
import { type Records, RecordWriter } from './records.js';

const ALWAYS = [
  'message_id',
  'sqs_message_id',
  'ingestion_ts',
  'publish_time_source',
  'json_payload',
] as const;

const JOURNEY = new Set(['ingestion_ts', 'sqs_message_id', 'publish_time_source']);

/** An entry of `orderBy`: a column of RAW, or a path into the payload. */
interface Entry {
  readonly name: string;
  readonly path: OraclePath | null;
}

/** A row that is being read. */
interface ReadRow {
  readonly columns: LayerColumns;
  readonly row: number;
  readonly bytes: Buffer;
  readonly json: string;
  readonly payload: OraclePayload | null;
  readonly isFromProducer: boolean;
}

/**
 * Reads what the oracle needs of rows of RAW, in the plainest way: standard `JSON.parse` and SHA-256, of bytes as they
 * stand. It shares none of the jobs' dedup code.
 */
export class CopyReader {
  /** Columns of RAW that rows have to have. */
  readonly columns: readonly string[];
  readonly #entries: readonly Entry[];
  /** Entries that tell versions apart: not what stands in the payload anyway, nor what the journey gave. */
  readonly #given: readonly string[];
  readonly #key: string;
  readonly #keyPath: OraclePath | null;
  readonly #payloadHash: (bytes: Uint8Array) => bigint;

  constructor(contract: TopicContract | null, payloadHash: (bytes: Uint8Array) => bigint) {
    const names = orderEntries(contract);
    this.#entries = names.map((name) => ({
      name,
      path: name.startsWith('$') ? oraclePath(name, contract) : null,
    }));
    this.#given = names.filter((name) => !name.startsWith('$') && !JOURNEY.has(name));
    this.#key = contract?.key ?? 'idempotency_key';
    this.#keyPath = this.#key.startsWith('$') ? oraclePath(this.#key, contract) : null;
    this.#payloadHash = payloadHash;
    const named = [this.#key, ...names].filter((name) => !name.startsWith('$'));
    this.columns = [...new Set([...ALWAYS, ...named])];
  }

  /** @param to The row behind the last. */
  read(columns: LayerColumns, from = 0, to: number = columns.rowCount): Records {
    const { texts, longs } = columns;
    const { data, offsets } = texts['json_payload']!;
    const payloads = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const records = new RecordWriter(RAW_PARTS, to - from, 216);
    for (let row = from; row < to; row++) {
      const bytes = payloads.subarray(offsets[row]!, offsets[row + 1]!);
      const json = payloads.toString('utf8', offsets[row]!, offsets[row + 1]!);
      const payload = parsePayload(json, bytes);
      const isFromProducer = isText(texts['publish_time_source']!, row, PRODUCER);
      const read: ReadRow = { columns, row, bytes, json, payload, isFromProducer };
      this.#writeKey(records, read);
      records.endPart();
      writePair(records, this.#payloadHash(bytes), texts['message_id']!, row);
      writePair(records, longAt(longs['ingestion_ts']!, row), texts['sqs_message_id']!, row);
      writeOrderPart(records, { values: this.#orderValues(read), isFromProducer });
      this.#writeIdentity(records, read);
      records.endPart();
    }
    return records.finish();
  }

  /** `k:` and the key, or `m:` and the message id where there is none. */
  #writeKey(records: RecordWriter, { columns, row, json, payload }: ReadRow): void {
    const { message_id: messageIds, [this.#key]: keys } = columns.texts;
    if (this.#keyPath !== null) {
      const key = payload === null ? null : textAt(payload, json, this.#keyPath);
      if (key !== null && !BLANK.test(key)) {
        records.text(`k:${key}`);
        return;
      }
    } else if (keys !== undefined && isPresent(keys, row) && !isBlank(keys, row)) {
      records.latin1('k:');
      writeText(records, keys, row);
      return;
    }
    records.latin1('m:');
    writeText(records, messageIds!, row);
  }

  #orderValues({ columns, row, json, payload }: ReadRow): readonly OracleRawValue[] | null {
    if (payload === null) return null;
    return this.#entries.map(({ name, path }) =>
      path === null ? valueAt(columns, name, row) : textAt(payload, json, path),
    );
  }

  /** Merge key, message id, payload and what the producer gave to order by, as 32 bytes. */
  #writeIdentity(records: RecordWriter, { columns, row, bytes, isFromProducer }: ReadRow): void {
    records.repeatPart(PART.identity - PART.key);
    const { data, offsets } = columns.texts['message_id']!;
    records.sized(data, offsets[row]!, offsets[row + 1]!);
    records.sized(bytes, 0, bytes.length);
    for (const name of this.#given) {
      const isMeant = name !== 'publish_time' || isFromProducer;
      writeValue(records, isMeant ? valueAt(columns, name, row) : null);
    }
    const identity = hash('sha256', records.open(), 'binary');
    records.dropOpen();
    records.latin1(identity);
  }
}

const PRODUCER = Buffer.from('producer', 'latin1');

function isText({ data, offsets }: Utf8Column, row: number, text: Uint8Array): boolean {
  const start = offsets[row]!;
  if (offsets[row + 1]! - start !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (data[start + at] !== text[at]) return false;
  return true;
}

function valueAt({ texts, longs }: LayerColumns, name: string, row: number): OracleRawValue {
  const long = longs[name];
  if (long !== undefined) return longAt(long, row);
  const column = texts[name]!;
  if (!isPresent(column, row)) return null;
  return Buffer.from(column.data.buffer, column.data.byteOffset).toString(
    'utf8',
    column.offsets[row]!,
    column.offsets[row + 1]!,
  );
}

/** A payload as an object, or null where it is none. */
function parsePayload(json: string, bytes: Uint8Array): OraclePayload | null {
  // Bytes that are no UTF-8 are read as U+FFFD, which may also stand there.
  if (json.includes('\uFFFD') && !isUtf8(bytes)) return null;
  try {
    // Parsed as it is first: what is no JSON must not become some.
    const given: unknown = JSON.parse(json);
    const plain = plainKeys(json);
    const value: unknown = plain === json ? given : JSON.parse(plain);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as OraclePayload)
      : null;
  } catch {
    return null;
  }
}

const BLANK = /^[ \t\n\v\f\r]*$/;

function isBlank({ data, offsets }: Utf8Column, row: number): boolean {
  for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
    const byte = data[at]!;
    if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  }
  return true;
}
