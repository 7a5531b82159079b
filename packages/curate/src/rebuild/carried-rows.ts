import type { TopicContract } from '@lean-ops/core';
import type { Table, TransactionOptions } from '@lean-ops/iceberg';
import type { RecordBatch } from 'apache-arrow';
import { CurateError } from '../error.js';
import { OVERFLOW_COLUMN } from '../flatten/overflow.js';
import type { ColumnPath } from '../flatten/types.js';
import { longsOf } from '../standardize/existing-rows.js';
import { vectorOf } from '../standardize/raw-batch.js';
import {
  constantLongs,
  instantVector,
  longLists,
  longVector,
  type NamedVector,
  recordBatch,
  takeColumn,
} from '../tables/arrow.js';
import { CARRIED_OVER } from '../tables/carried-over.js';
import { commitOrAbort } from '../tables/commit-or-abort.js';
import { tableLayout } from '../tables/layout.js';
import { tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { columnPaths, columnPathsProperty } from '../tables/standardized-table.js';
import { BEGINNING, watermarkProperty, watermarkSummary } from '../watermark/watermark.js';
import type { RawReach } from './raw-reach.js';

export interface CarryErrorsOptions {
  readonly live: Table;
  /** Nothing was read into it yet. */
  readonly staged: Table;
  readonly reach: RawReach;
  readonly rawUuid: string;
  readonly fencingToken: bigint;
  readonly nowMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface CarryOverOptions extends CarryErrorsOptions {
  readonly contract: TopicContract | null;
}

/** The same for the parse errors, which have one shape for ever. Gives their number; 0 where it was done. */
export async function carryErrorsOver(options: CarryErrorsOptions): Promise<number> {
  const { staged } = options;
  if (staged.currentSnapshot() !== null) return await staged.scan().count();
  const rows = new UnreachableRows(options, []);
  await commitOrAbort(staged.transaction(startOptions(options)), async (transaction) => {
    await transaction.append(rows);
  });
  return rows.count;
}

/**
 * Puts the rows of the old Standardized that RAW does not have any more into the new one, in one commit, before anything
 * else. They compete with what RAW has of their keys as rows of earlier runs do. Gives their number.
 *
 * @throws {CurateError} `RAW_GAP` where the new tables have another key or other flatten limits: what such a row was made
 *   of is gone, so it cannot be made anew.
 */
export async function carryOver(options: CarryOverOptions): Promise<number> {
  const { live, staged, contract } = options;
  refuseOtherRules(live, contract);
  const columns = targetColumns(live, staged);
  const overflow = live.schema().fields.some(({ name }) => name === OVERFLOW_COLUMN);
  const known = columnPaths(staged);
  const added = columns.filter(({ to }) => !known.some(({ name }) => name === to));
  const paths = [...known, ...added.map(({ to, path }) => ({ name: to, path }))];
  const rows = new UnreachableRows(options, columns);
  const start = startOptions(options, { [KEYS.columnPaths]: columnPathsProperty(paths) });
  await commitOrAbort(staged.transaction(start), async (transaction) => {
    transaction.addColumns([
      ...added.map(({ to, path }) => ({ name: to, type: 'string' as const, doc: path })),
      ...(overflow ? [{ name: OVERFLOW_COLUMN, type: 'string' as const }] : []),
    ]);
    await transaction.append(rows);
  });
  return rows.count;
}

/** A commit after which nothing of RAW was read yet. */
function startOptions(
  { rawUuid, fencingToken, signal }: CarryErrorsOptions,
  properties: Readonly<Record<string, string>> = {},
): TransactionOptions {
  const token = { [KEYS.fencingToken]: String(fencingToken) };
  return {
    emptySnapshot: true,
    summary: { ...watermarkSummary(rawUuid, BEGINNING), ...token },
    properties: (written) => ({ ...watermarkProperty(rawUuid, BEGINNING, written), ...token, ...properties }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The rows that RAW does not have, as the new table is to hold them. Counted while they are read. */
class UnreachableRows implements AsyncIterable<RecordBatch> {
  count = 0;
  readonly #options: CarryErrorsOptions;
  readonly #columns: readonly TargetColumn[];

  constructor(options: CarryErrorsOptions, columns: readonly TargetColumn[]) {
    this.#options = options;
    this.#columns = columns;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RecordBatch> {
    const { live, reach, nowMs, signal } = this.#options;
    for await (const batch of live.scan(signal === undefined ? {} : { signal })) {
      const taken: number[] = [];
      for (let row = 0; row < batch.numRows; row++) if (!reach.has(batch, row)) taken.push(row);
      if (taken.length === 0) continue;
      this.count += taken.length;
      yield carried(batch, { rows: Int32Array.from(taken), columns: this.#columns, nowMs });
    }
  }
}

/** A payload column, what it is called in the new table, and its path. */
interface TargetColumn {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

/** Columns are told by their paths; one whose name another path has in the new table gets a name of its own. */
function targetColumns(live: Table, staged: Table): TargetColumn[] {
  const there = columnPaths(staged);
  const taken = new Set(staged.schema().fields.map(({ name }) => name));
  return columnPaths(live).map(({ name, path }: ColumnPath) => {
    const same = there.find((column) => column.path === path);
    if (same !== undefined) return { from: name, to: same.name, path };
    let to = name;
    for (let number = 2; taken.has(to); number++) to = `${name}_${number}`;
    taken.add(to);
    return { from: name, to, path };
  });
}

function carried(
  batch: RecordBatch,
  { rows, columns, nowMs }: { rows: Int32Array; columns: readonly TargetColumn[]; nowMs: number },
): RecordBatch {
  const renamed = new Map(columns.map(({ from, to }) => [from, to]));
  const taken = batch.schema.fields.map(({ name }): NamedVector => {
    if (name === '_source_snapshot_id')
      return { name, vector: longVector(constantLongs(CARRIED_OVER, rows.length)) };
    if (name === '_updated_ts')
      return { name, vector: instantVector(constantLongs(BigInt(nowMs) * 1000n, rows.length)) };
    if (name === '_seen') {
      const seen = vectorOf(batch, name);
      return { name, vector: longLists(Array.from(rows, (row) => longsOf(seen, row))) };
    }
    return { name: renamed.get(name) ?? name, vector: takeColumn(vectorOf(batch, name), rows) };
  });
  return recordBatch(taken, rows.length);
}

/** What must be alike for a flattened row to mean the same. */
const KEPT = ['key', 'maxDepth', 'maxColumns'] as const;

function refuseOtherRules(live: Table, contract: TopicContract | null): void {
  const built = JSON.parse(live.properties[KEYS.layout] ?? '{}') as Record<string, unknown>;
  const asked = tableLayout(contract);
  const changed = KEPT.filter((name) => built[name] !== undefined && built[name] !== asked[name]);
  if (changed.length === 0) return;
  throw new CurateError(
    `rows of ${tableName(live.identifier)} that RAW does not have any more cannot be carried over under another ${changed.join(', ')}: what they were made of is gone. Rebuild under the old ${changed.join(', ')}, or give those rows up by deleting them first`,
    { code: 'RAW_GAP', context: { table: tableName(live.identifier), changed } },
  );
}
