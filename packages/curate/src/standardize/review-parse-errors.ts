import type { Snapshot, Table } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { type KeySource, keySource } from '../dedup/merge-key.js';
import { Flattener } from '../flatten/flattener.js';
import { utf8Column } from '../flatten/utf8-column.js';
import { type RunContext, rangeFigures, runSummary } from '../ops/run-context.js';
import { tableLayout } from '../tables/layout.js';
import { Positions } from '../tables/positions.js';
import { KEYS } from '../tables/properties.js';
import { parseErrorsTableOptions } from '../tables/side-tables.js';
import { sideTransaction } from '../watermark/side-table.js';
import type { Watermark } from '../watermark/watermark.js';
import { mergeKeyText } from './key-history.js';
import { longs, RAW_COLUMNS, rawBatch, type TextColumn, textAt, vectorOf } from './raw-batch.js';
import { type StandardizeStep, type StepResult, standardizeStep } from './standardize-step.js';

/** Merge keys that are decided again in one commit: everything that RAW has of them is held. */
const MOST_KEYS = 10_000;

export type ParseErrorReviewOptions = Omit<StandardizeStep, 'to' | 'writeSide' | 'again'>;

export interface ParseErrorReview {
  /** Rows of the side table that were parsed again. */
  readonly reviewed: number;
  /** Those that are rows of it no more. */
  readonly mended: number;
  /** The commit that gave them to Standardized; null where none parses. */
  readonly result: StepResult | null;
}

const NOTHING: ParseErrorReview = { reviewed: 0, mended: 0, result: null };

/**
 * Parses again what once did not parse. What parses now is merged with everything that RAW has of its key, as if it had
 * been read so at first, and leaves the side table. Of very many, a part: the next call goes on.
 *
 * Standardized is committed first, with the snapshot of the side table that still has the rows: whoever finds that
 * snapshot as the side table's head later knows that a review was cut off, and does it again, which changes nothing but
 * the side table.
 */
export async function reviewParseErrors(
  context: RunContext,
  options: ParseErrorReviewOptions,
): Promise<ParseErrorReview> {
  const { raw, side, from, contract } = options;
  const { table } = side;
  const head = table?.currentSnapshot() ?? null;
  if (table === null || head === null || from === null) return NOTHING;
  const to = raw.snapshots().find(({ snapshotId }) => snapshotId === from.snapshotId);
  if (to === undefined) return NOTHING;
  const { maxDepth } = tableLayout(contract);
  const found = await parsedNow(
    table,
    keySource(contract),
    new Flattener({ maxDepth }),
    context.options.signal,
  );
  if (found.positions.length === 0) return { ...NOTHING, reviewed: found.reviewed };
  const again = { mergeKeys: found.mergeKeys, sideSnapshotId: head.snapshotId };
  const result = await standardizeStep(context, { ...options, to, writeSide: false, again });
  await removeMended(context, options, { to, from, positions: found.positions });
  return { reviewed: found.reviewed, mended: found.positions.length, result };
}

/** Whether a review was cut off between its two commits. */
export function isReviewCutOff(target: Table, side: Table | null): boolean {
  const begun = target.properties[KEYS.reviewedParseErrors];
  return begun !== undefined && begun === String(side?.currentSnapshot()?.snapshotId);
}

interface Parsed {
  readonly reviewed: number;
  readonly mergeKeys: ReadonlySet<string>;
  readonly positions: Positions;
}

/** The rows of the side table that parse, of so many keys at most. */
async function parsedNow(
  table: Table,
  key: KeySource,
  flattener: Flattener,
  signal: AbortSignal | undefined,
): Promise<Parsed> {
  const mergeKeys = new Set<string>();
  const positions = new Positions();
  let reviewed = 0;
  const scan = table.scan({
    columns: [...RAW_COLUMNS, '_file', '_pos'],
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const batch of scan) {
    reviewed += batch.numRows;
    for (const { row, mergeKey } of parsedRows(batch, key, flattener)) {
      if (mergeKeys.size >= MOST_KEYS && !mergeKeys.has(mergeKey)) continue;
      mergeKeys.add(mergeKey);
      positions.add(textAt(utf8Column(vectorOf(batch, '_file')), row)!, longs(batch, '_pos')[row]!);
    }
  }
  return { reviewed, mergeKeys, positions };
}

function* parsedRows(
  batch: RecordBatch,
  key: KeySource,
  flattener: Flattener,
): Generator<{ row: number; mergeKey: string }> {
  const { text, rowCount } = rawBatch(batch);
  const { failures, columns } = flattener.extract(text.json_payload, key.kind === 'path' ? [key.path] : []);
  const failed = new Set(failures.map(({ row }) => row));
  const keys = key.kind === 'path' ? columns[0]! : text[key.column as TextColumn];
  for (let row = 0; row < rowCount; row++)
    if (!failed.has(row)) yield { row, mergeKey: mergeKeyText(keys, text.message_id, row) };
}

async function removeMended(
  context: RunContext,
  { raw, target, side, contract }: ParseErrorReviewOptions,
  { to, from, positions }: { to: Snapshot; from: Watermark; positions: Positions },
): Promise<void> {
  const { options, tables } = context;
  const figures = { ...rangeFigures(raw, from, to), deleted: positions.length };
  const { transaction } = await sideTransaction({
    catalog: options.catalog,
    identifier: tables.parseErrors,
    side,
    contract,
    sourceUuid: raw.uuid,
    to: from,
    fencingToken: options.fencingToken,
    summary: () => runSummary(context, figures, contract?.version ?? null),
    create: () => parseErrorsTableOptions(target.properties[KEYS.generation]),
    signal: options.signal,
  });
  await transaction.deletePositions(positions.deletes(), { mode: options.deleteMode });
  await context.at('parse-errors:before-commit');
  await transaction.commit();
  await context.at('parse-errors:after-commit');
}
