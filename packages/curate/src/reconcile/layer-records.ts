import { CARRIED_OVER } from '../tables/carried-over.js';
import { type LayerColumns, longAt, writePair, writeText } from './layer-columns.js';
import { type Records, RecordWriter } from './records.js';

/** Parts of a record; those behind `version` only where they are compared. */
export const PART = {
  key: 0,
  /** Payload hash and message id. */
  version: 1,
  /** Instant of ingestion and SQS message id. */
  copy: 2,
  /** Of Standardized and parse errors: one byte where a rebuild carried the row over. */
  carried: 3,
  /** Of RAW: what the version is ordered by. */
  order: 3,
  /** Of RAW: the same for copies of one version, and for no others. */
  identity: 4,
} as const;

/** Parts of a record of RAW. */
export const RAW_PARTS = 5;

/** Columns that every record is made of. */
export const IDENTITY_COLUMNS: readonly string[] = ['_merge_key', 'message_id', '_payload_hash'];
/** Besides, which copy it is, and whether a rebuild carried the row over. */
export const SOURCED_COLUMNS: readonly string[] = [
  ...IDENTITY_COLUMNS,
  'ingestion_ts',
  'sqs_message_id',
  '_source_snapshot_id',
];

export const partsOf = (columns: readonly string[]): number => (columns === SOURCED_COLUMNS ? 4 : 2);

/** Rows of a table behind RAW. */
export function layerRecords({ rowCount, texts, longs }: LayerColumns, columns: readonly string[]): Records {
  const writer = new RecordWriter(partsOf(columns), rowCount, 144);
  const [keys, messageIds] = [texts['_merge_key']!, texts['message_id']!];
  const hashes = longs['_payload_hash']!;
  const source = longs['_source_snapshot_id'];
  for (let row = 0; row < rowCount; row++) {
    writeText(writer, keys, row);
    writer.endPart();
    writePair(writer, longAt(hashes, row), messageIds, row);
    if (source === undefined) continue;
    writePair(writer, longAt(longs['ingestion_ts']!, row), texts['sqs_message_id']!, row);
    if (longAt(source, row) === CARRIED_OVER) writer.byte(1);
    writer.endPart();
  }
  return writer.finish();
}
