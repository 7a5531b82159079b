import { createHash } from 'node:crypto';
import { isIn, type Table } from '@lean-ops/iceberg';
import { compareBytes } from '../dedup/byte-arena.js';
import type { VersionTable } from '../dedup/version-table.js';
import { utf8Column } from '../flatten/utf8-column.js';
import type { OrderPlan } from '../order/order-plan.js';
import type { Positions } from '../tables/positions.js';
import { bytesAt, longs, type RawBatch, textAt, vectorOf } from './raw-batch.js';
import type { RunMarks } from './standardized-rows.js';

/** The row of `standardized.{topic}_parse_errors` for one malformed message. */
export type ParseErrorRow = Readonly<Record<string, string | bigint | null>> & { readonly _error_id: string };

/**
 * The row for a malformed version. Its id is a hash of what makes it a version, so that the same message gives the same
 * row in whatever run it is met.
 */
export function parseErrorRow(
  raw: RawBatch,
  row: number,
  version: number,
  { versions, order, marks }: { versions: VersionTable; order: OrderPlan; marks: RunMarks },
): ParseErrorRow {
  const { reason, offset } = versions.failure(version)!;
  const mergeKey = versions.mergeKeyText(version);
  const fromProducer = order.byPublishTime && versions.fromProducer(version);
  return {
    _error_id: errorId([
      mergeKey,
      textAt(raw.text.message_id, row),
      bytesAt(raw.text.json_payload, row),
      fromProducer ? String(versions.publishTime(version)) : null,
      ...order.producerColumns.map((column) => bytesAt(raw.text[column], row)),
    ]),
    ...Object.fromEntries(Object.entries(raw.text).map(([name, column]) => [name, textAt(column, row)])),
    publish_time: raw.publishTime[row]!,
    ingestion_ts: raw.ingestion[row]!,
    reason,
    byte_offset: BigInt(offset),
    _merge_key: mergeKey,
    _payload_hash: versions.payloadHash(version),
    _updated_ts: marks.updatedAt,
    _source_snapshot_id: marks.sourceSnapshotId,
  };
}

/** SHA-256 of parts that cannot run into one another, as 32 hexadecimal digits. */
export function errorId(parts: readonly (string | Uint8Array | null)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    hash.update(bytes === null ? 'null:' : `${bytes.length}:`);
    if (bytes !== null) hash.update(bytes);
  }
  return hash.digest('hex').slice(0, 32);
}

/** An error that is in the table: which copy of the message stands for it, and where. */
interface KnownError {
  readonly ingestion: bigint;
  readonly sqsMessageId: Uint8Array;
  readonly file: string;
  readonly position: bigint;
}

/**
 * Those of the rows that the table does not have, or has from a later copy of the message; `replaced` takes the rows of
 * the table that these stand in for.
 */
export async function newParseErrors(
  table: Table | null,
  rows: readonly ParseErrorRow[],
  { replaced, signal }: { replaced: Positions; signal: AbortSignal | undefined },
): Promise<readonly ParseErrorRow[]> {
  if (table === null || rows.length === 0 || table.currentSnapshot() === null) return rows;
  const known = await knownErrors(table, new Set(rows.map((row) => row._error_id)), signal);
  return rows.filter((row) => {
    const there = known.get(row._error_id);
    if (there === undefined) return true;
    if (!isBefore(row, there)) return false;
    replaced.add(there.file, there.position);
    return true;
  });
}

function isBefore(row: ParseErrorRow, there: KnownError): boolean {
  const ingestion = row['ingestion_ts'] as bigint;
  if (ingestion !== there.ingestion) return ingestion < there.ingestion;
  return compareBytes(Buffer.from(row['sqs_message_id'] as string), there.sqsMessageId) < 0;
}

async function knownErrors(
  table: Table,
  wanted: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Map<string, KnownError>> {
  const known = new Map<string, KnownError>();
  const scan = table.scan({
    columns: ['_error_id', 'ingestion_ts', 'sqs_message_id', '_file', '_pos'],
    signal,
    ...(wanted.size <= 200 ? { filter: isIn('_error_id', wanted) } : {}),
  });
  for await (const batch of scan) {
    const ids = utf8Column(vectorOf(batch, '_error_id'));
    const sqsMessageIds = utf8Column(vectorOf(batch, 'sqs_message_id'));
    const files = utf8Column(vectorOf(batch, '_file'));
    const [ingestion, positions] = [longs(batch, 'ingestion_ts'), longs(batch, '_pos')];
    for (let row = 0; row < batch.numRows; row++) {
      const id = textAt(ids, row)!;
      if (!wanted.has(id)) continue;
      known.set(id, {
        ingestion: ingestion[row]!,
        sqsMessageId: Uint8Array.from(bytesAt(sqsMessageIds, row)!),
        file: textAt(files, row)!,
        position: positions[row]!,
      });
    }
  }
  return known;
}
