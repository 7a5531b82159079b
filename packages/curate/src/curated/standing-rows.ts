import type { Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { compareBytes } from '../dedup/byte-arena.js';
import type { KeySet } from '../dedup/key-set.js';
import { type Utf8Column, utf8Column } from '../flatten/utf8-column.js';
import { bytesAt, longs, textAt, vectorOf } from '../standardize/raw-batch.js';
import { keyFilter } from '../tables/key-filter.js';
import type { Positions } from '../tables/positions.js';

/** Which message a row stands for: a version, and which copy of it. */
export interface Representative {
  readonly messageId: Uint8Array;
  readonly payloadHash: bigint;
  readonly ingestion: bigint;
  readonly sqsMessageId: Uint8Array;
}

/** A row that Curated or its error table holds for a key. */
export interface StandingRow extends Representative {
  readonly file: string;
  readonly position: bigint;
}

export interface StandingError extends StandingRow {
  readonly id: string;
  readonly schemaVersion: string;
}

const IDENTITY = ['_merge_key', 'message_id', '_payload_hash', 'ingestion_ts', 'sqs_message_id'];
const PLACE = ['_file', '_pos'];

export interface StandingOptions {
  readonly keys: KeySet;
  readonly signal: AbortSignal | undefined;
  /** Where given, takes the place of every row whose key is none of `keys`. */
  readonly gone?: Positions | null;
}

/** The rows of Curated for some keys, by the key's number. */
export async function standingRows(
  table: Table,
  { keys, signal, gone = null }: StandingOptions,
): Promise<Map<number, StandingRow>> {
  const standing = new Map<number, StandingRow>();
  if (table.currentSnapshot() === null) return standing;
  const filter = gone === null ? { filter: keyFilter(keys) } : {};
  for await (const batch of table.scan({ columns: [...IDENTITY, ...PLACE], signal, ...filter })) {
    const rowAt = placedReader(batch);
    eachKey(batch, keys, (row, key) => {
      if (key !== -1) standing.set(key, rowAt(row));
      else if (gone !== null) {
        const { file, position } = rowAt(row);
        gone.add(file, position);
      }
    });
  }
  return standing;
}

/** The error rows for some keys: a key may have several, one per version that failed. */
export async function standingErrors(
  table: Table | null,
  { keys, signal }: StandingOptions,
): Promise<Map<number, StandingError[]>> {
  const standing = new Map<number, StandingError[]>();
  if (table === null || table.currentSnapshot() === null || keys.length === 0) return standing;
  const columns = ['_error_id', '_schema_version', ...IDENTITY, ...PLACE];
  for await (const batch of table.scan({ columns, filter: keyFilter(keys), signal })) {
    const rowAt = placedReader(batch);
    const ids = utf8Column(vectorOf(batch, '_error_id'));
    const versions = utf8Column(vectorOf(batch, '_schema_version'));
    eachKey(batch, keys, (row, key) => {
      if (key === -1) return;
      const error = { ...rowAt(row), id: textAt(ids, row)!, schemaVersion: textAt(versions, row)! };
      const known = standing.get(key);
      if (known === undefined) standing.set(key, [error]);
      else known.push(error);
    });
  }
  return standing;
}

function eachKey(batch: RecordBatch, keys: KeySet, visit: (row: number, key: number) => void): void {
  const mergeKeys = utf8Column(vectorOf(batch, '_merge_key'));
  for (let row = 0; row < batch.numRows; row++) visit(row, findKey(keys, mergeKeys, row));
}

/** The number of a row's merge key, or -1. */
export function findKey(keys: KeySet, mergeKeys: Utf8Column, row: number): number {
  return keys.find(mergeKeys.data, mergeKeys.offsets[row]!, mergeKeys.offsets[row + 1]!);
}

function placedReader(batch: RecordBatch): (row: number) => StandingRow {
  const representative = representativeReader(batch);
  const files = utf8Column(vectorOf(batch, '_file'));
  const positions = longs(batch, '_pos');
  return (row) => {
    const { messageId, payloadHash, ingestion, sqsMessageId } = representative(row);
    return {
      messageId: Uint8Array.from(messageId),
      sqsMessageId: Uint8Array.from(sqsMessageId),
      payloadHash,
      ingestion,
      file: textAt(files, row)!,
      position: positions[row]!,
    };
  };
}

/** Reads which message a row of any of the three tables stands for. The bytes live as long as the batch. */
export function representativeReader(batch: RecordBatch): (row: number) => Representative {
  const messageIds = utf8Column(vectorOf(batch, 'message_id'));
  const sqsMessageIds = utf8Column(vectorOf(batch, 'sqs_message_id'));
  const payloadHashes = longs(batch, '_payload_hash');
  const ingestions = longs(batch, 'ingestion_ts');
  return (row) => ({
    messageId: bytesAt(messageIds, row)!,
    payloadHash: payloadHashes[row]!,
    ingestion: ingestions[row]!,
    sqsMessageId: bytesAt(sqsMessageIds, row)!,
  });
}

/** Whether two rows stand for the same copy of the same version. */
export function isSameMessage(left: Representative, right: Representative): boolean {
  return (
    left.payloadHash === right.payloadHash &&
    left.ingestion === right.ingestion &&
    compareBytes(left.messageId, right.messageId) === 0 &&
    compareBytes(left.sqsMessageId, right.sqsMessageId) === 0
  );
}
