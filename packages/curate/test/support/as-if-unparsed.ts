import { batchFromRows } from '@lean-ops/iceberg';
import { PARSE_ERRORS, RAW, STANDARDIZED, type World } from './world.js';

/** Rows as an earlier lean-ops would have left them that could not parse some message: set by hand. */
export async function asIfUnparsed(
  world: World,
  messageId: string,
  standing: readonly Record<string, unknown>[] = [],
): Promise<void> {
  const standardized = await world.catalog.loadTable(STANDARDIZED);
  const positions: bigint[] = [];
  let file = '';
  for await (const row of standardized.scan({ columns: ['message_id', '_file', '_pos'] }).rows()) {
    if (row['message_id'] !== messageId) continue;
    file = row['_file'] as string;
    positions.push(row['_pos'] as bigint);
  }
  const transaction = standardized.transaction({});
  if (positions.length > 0) await transaction.deletePositions([{ file, positions }]);
  if (standing.length > 0) await transaction.append(batchFromRows(standardized.schema(), standing));
  await transaction.commit();
  const [raw] = (await world.rows(RAW)).filter((row) => row['message_id'] === messageId);
  const errors = await world.catalog.loadTable(PARSE_ERRORS);
  const error = {
    ...raw,
    _error_id: `forged-${messageId}`,
    reason: 'UNEXPECTED_CHARACTER',
    byte_offset: 0n,
    _merge_key: `m:${messageId}`,
    _payload_hash: 0n,
    _updated_ts: 0n,
    _source_snapshot_id: 0n,
  };
  await errors.append(batchFromRows(errors.schema(), [error]));
}
