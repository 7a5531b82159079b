// The events of the curate benches: some 480 bytes of nested JSON with 20 leaf values each; one row in twenty repeats an
// earlier message, one in twenty corrects an earlier event. The same number of rows always gives the same bytes.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageFolder } from './library.mjs';

const { Field, makeData, RecordBatch, Schema, Struct, Timestamp, TimeUnit, Utf8 } = createRequire(
  join(packageFolder, 'package.json'),
)('apache-arrow');

/** JSON paths of the leaf values, with the column names that Standardized gives them. */
export const LEAVES = [
  '$.event_id',
  '$.event_type',
  '$.device.id',
  '$.device.model',
  '$.device.firmware',
  '$.device.location.site',
  '$.device.location.latitude',
  '$.device.location.longitude',
  '$.reading.temperature',
  '$.reading.humidity',
  '$.reading.pressure',
  '$.reading.unit',
  '$.reading.quality.score',
  '$.reading.quality.flag',
  '$.battery.level',
  '$.battery.charging',
  '$.network.rssi',
  '$.network.ssid',
  '$.network.address',
  '$.last_updated_ts',
].map((path) => ({ path, column: path.slice(2).replaceAll('.', '_') }));

/** Columns in which DuckDB, Polars and Spark print a number otherwise than the payload did (1.10 as 1.1): compared as numbers. */
export const REPRINTED = [
  'device_location_latitude',
  'device_location_longitude',
  'reading_temperature',
  'reading_humidity',
  'reading_pressure',
  'reading_quality_score',
];

const TYPES = ['measurement', 'measurement', 'measurement', 'heartbeat', 'alarm'];
const SITES = ['Nordhaven 1', 'Nordhaven 2', 'Zürich', 'Łódź', 'Porto', 'Gent', 'Tampere', 'Lyon'];
const FLAGS = ['ok', 'ok', 'ok', 'ok', 'estimated', 'suspect'];
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const FIRST_INSTANT = Date.UTC(2026, 0, 5);
/** How far back a repeated or corrected event may lie. */
const REACH = 5000;

function mixed(number, seed) {
  let hash = Math.imul(number ^ (seed * 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function uuid(number, seed) {
  let hex = '';
  for (let part = 1; part <= 4; part++) {
    const bits = mixed(number, seed * 4 + part);
    hex += HEX[bits >>> 24] + HEX[(bits >>> 16) & 255] + HEX[(bits >>> 8) & 255] + HEX[bits & 255];
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Which event a row tells of, and whether it is the event itself (0) or a correction (1). */
function eventOf(row) {
  const hash = mixed(row, 1);
  const back = 1 + (mixed(row, 2) % REACH);
  if (row < back || hash % 20 > 1) return { event: row, revision: 0 };
  return { event: row - back, revision: hash % 20 };
}

function instantOf(event, revision) {
  // A correction is mostly the newer one; one in five comes late and loses.
  const shift = revision === 0 ? 0 : event % 5 === 0 ? -60_000 : 60_000;
  return FIRST_INSTANT + event * 250 + shift;
}

function timeText(event, revision) {
  const instant = instantOf(event, revision);
  if (event % 4 !== 0) return new Date(instant).toISOString();
  return new Date(instant + 7_200_000).toISOString().replace('Z', '+02:00');
}

/** The payload, byte for byte as a producer would have written it. */
function payloadOf(event, revision) {
  const one = mixed(event, 10 + revision);
  const two = mixed(event, 20 + revision);
  const device = mixed(event, 3) % 20_000;
  const ssid = device % 16 === 0 ? `hall \\"${device % 7}\\" \\u00e9tage` : `floor-${device % 40}`;
  return (
    `{"event_id":"${uuid(event, 2)}","event_type":"${TYPES[event % 5]}","device":{"id":"device-${String(device).padStart(6, '0')}",` +
    `"model":"TX-${40 + (device % 12)}","firmware":"2.${device % 6}.${device % 11}","location":{"site":"${SITES[device % 8]}",` +
    `"latitude":${((device % 9000) / 100 + 0.123456).toFixed(6)},"longitude":${((device % 17_000) / 100 - 80).toFixed(6)}}},` +
    `"reading":{"temperature":${((one % 8000) / 100 - 20).toFixed(2)},"humidity":${((two % 1000) / 10).toFixed(1)},` +
    `"pressure":${(950 + (one % 10_000) / 100).toFixed(2)},"unit":"C","quality":{"score":${((two % 1000) / 1000).toFixed(3)},` +
    `"flag":"${FLAGS[one % 6]}"}},"battery":{"level":${two % 101},"charging":${two % 3 === 0}},` +
    `"network":{"rssi":${-(one % 90) - 10},"ssid":"${ssid}","address":"10.${one % 4}.${device % 256}.${device % 199}"},` +
    `"last_updated_ts":"${timeText(event, revision)}"}`
  );
}

/** A payload with a text of about `bytes` bytes, different for every event. */
function longPayload(event, bytes) {
  const note = `${uuid(event, 9)} the quick brown fox jumps over the lazy dog `;
  return `{"event_id":"${uuid(event, 2)}","note":"${note.repeat(Math.ceil(bytes / note.length))}"}`;
}

/** One batch of RAW: the rows with numbers from `first` on; `textBytes` asks for {@link longPayload}s. */
export function rawBatch(first, rows, textBytes = 0) {
  const text = (bytesPerRow) => new TextColumn(rows, bytesPerRow);
  const columns = {
    topic_name: text(8),
    message_id: text(40),
    sqs_message_id: text(40),
    idempotency_key: text(24),
    period_reference: text(8),
    correlation_id: text(40),
    publish_time: new BigInt64Array(rows),
    publish_time_source: text(10),
    ingestion_ts: new BigInt64Array(rows),
    json_payload: text(textBytes === 0 ? 640 : textBytes + 200),
    envelope_json: text(1),
  };
  for (let index = 0; index < rows; index++) {
    const row = first + index;
    const { event, revision } = eventOf(row);
    columns.topic_name.add('events');
    columns.message_id.add(uuid(event, 5 + revision));
    columns.sqs_message_id.add(uuid(row, 7));
    columns.idempotency_key.add(`device-${mixed(event, 3) % 20_000}:${event}`);
    columns.period_reference.add('2026-01');
    columns.correlation_id.add(null);
    columns.publish_time[index] = BigInt(instantOf(event, revision) + 40) * 1000n;
    columns.publish_time_source.add('producer');
    columns.ingestion_ts[index] = BigInt(FIRST_INSTANT + row * 250 + 120_000) * 1000n;
    columns.json_payload.add(textBytes === 0 ? payloadOf(event, revision) : longPayload(row, textBytes));
    columns.envelope_json.add(null);
  }
  const instant = new Timestamp(TimeUnit.MICROSECOND, 'UTC');
  const fields = Object.entries(columns).map(
    ([name, column]) => new Field(name, column instanceof TextColumn ? new Utf8() : instant, true),
  );
  const children = Object.values(columns).map((column) =>
    column instanceof TextColumn
      ? column.finish()
      : makeData({ type: instant, length: rows, nullCount: 0, data: column }),
  );
  return new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length: rows, nullCount: 0, children }),
  );
}

class TextColumn {
  #bytes;
  #offsets;
  #valid;
  #rows = 0;
  #nulls = 0;

  constructor(rows, bytesPerRow) {
    this.#bytes = Buffer.alloc(rows * bytesPerRow);
    this.#offsets = new Int32Array(rows + 1);
    this.#valid = new Uint8Array((rows + 7) >> 3);
  }

  add(text) {
    const row = this.#rows++;
    const start = this.#offsets[row];
    if (text === null) this.#nulls++;
    else this.#valid[row >> 3] |= 1 << (row & 7);
    this.#offsets[row + 1] = start + (text === null ? 0 : this.#bytes.write(text, start));
  }

  finish() {
    const used = this.#offsets[this.#rows];
    return makeData({
      type: new Utf8(),
      length: this.#rows,
      nullCount: this.#nulls,
      nullBitmap: this.#valid,
      valueOffsets: this.#offsets,
      data: new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset, used),
    });
  }
}
