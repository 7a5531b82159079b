import type { Clock, OpsEntry, OpsOutbox, OpsTable } from '@lean-ops/core';
import { batchFromRows, type Catalog, type Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { LayerNames } from '../job.js';
import { opsTable, tableName } from '../tables/names.js';
import { openTable } from '../tables/open-table.js';
import { KEYS } from '../tables/properties.js';
import { DETAILS_COLUMN, opsColumns, opsTableOptions } from './ops-tables.js';

export interface FlushOptions {
  readonly catalog: Catalog;
  readonly outbox: OpsOutbox;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
  readonly hooks?: { at?(point: FlushPoint): Promise<void> | void };
}

/** Where flushing may be interrupted. */
export type FlushPoint = 'ops:before-commit' | 'ops:after-commit' | 'ops:after-remove';

export interface FlushReport {
  /** Rows appended per table. */
  readonly appended: Readonly<Record<OpsTable, number>>;
}

/** In the order they are appended to. */
export const OPS_TABLES: readonly OpsTable[] = ['job_runs', 'drift_log', 'reconciliation', 'schema_versions'];
/** Entries of one commit. What waits behind a committed entry is found within as many. */
const BATCH = 10_000;

/**
 * Appends what waits in the outbox to the `ops` tables, each entry exactly once: the snapshot's summary names the last
 * entry it holds, so that a run that was cut off before it could empty the outbox appends nothing twice.
 *
 * @throws {CurateError} `WATERMARK_MOVED` when another process flushes at the same time; what it appended is not
 *   appended again.
 * @example await flushOps({ catalog, outbox: state.outbox, clock: systemClock });
 */
export async function flushOps(options: FlushOptions): Promise<FlushReport> {
  const appended: Record<OpsTable, number> = {
    job_runs: 0,
    drift_log: 0,
    reconciliation: 0,
    schema_versions: 0,
  };
  for (const table of OPS_TABLES) appended[table] = await flushTable(table, options);
  return { appended };
}

async function flushTable(
  name: OpsTable,
  { catalog, outbox, clock, names, hooks }: FlushOptions,
): Promise<number> {
  let appended = 0;
  for (;;) {
    if ((await outbox.peek(name, 1)).length === 0) return appended;
    const table = await openTable(catalog, opsTable(name, names), () => opsTableOptions(name));
    const marker = readMarker(table);
    // Looked at after the table: what another process has appended and removed by then does not wait any more.
    const waiting = await outbox.peek(name, BATCH);
    const last = waiting.at(-1);
    if (last === undefined) return appended;
    const fresh = behind(waiting, marker);
    if (fresh.length > 0) {
      await hooks?.at?.('ops:before-commit');
      await table.append(
        batchFromRows(
          table.schema(),
          fresh.map((entry) => opsRow(entry, clock.now())),
        ),
        {
          summary: { [KEYS.outboxSequence]: String(last.sequence), [KEYS.outboxId]: last.id },
          check: (now) => refuseMoved(now, marker),
        },
      );
      await hooks?.at?.('ops:after-commit');
      appended += fresh.length;
    }
    await outbox.removeThrough(name, last.sequence);
    await hooks?.at?.('ops:after-remove');
  }
}

interface Marker {
  readonly sequence: number;
  readonly id: string;
}

/** The last entry of the outbox that a table holds. */
export function readMarker(table: Table): Marker | null {
  for (const { summary } of table.currentSnapshot() === null ? [] : table.ancestors()) {
    const sequence = summary[KEYS.outboxSequence];
    if (sequence !== undefined) return { sequence: Number(sequence), id: summary[KEYS.outboxId] ?? '' };
  }
  return null;
}

/**
 * The entries that the table does not hold. The marker's own id must be among those that wait: an outbox that was lost
 * and began again at 1 has other entries under the same numbers.
 */
function behind(waiting: readonly OpsEntry[], marker: Marker | null): readonly OpsEntry[] {
  const known = waiting.findIndex(({ sequence, id }) => sequence === marker?.sequence && id === marker.id);
  return waiting.slice(known + 1);
}

/** @throws {CurateError} `WATERMARK_MOVED`. */
export function refuseMoved(now: Table, before: Marker | null): void {
  const marker = readMarker(now);
  if (marker?.sequence === before?.sequence && marker?.id === before?.id) return;
  throw new CurateError(
    `table ${tableName(now.identifier)} got other entries of the outbox while this run was appending: one writer per round is enough, run it again for what is left`,
    { code: 'WATERMARK_MOVED', retryable: true, context: { table: tableName(now.identifier) } },
  );
}

/** An entry as a row: instants become microseconds, ids bigints; what has no column goes to `details`. */
function opsRow({ id, table, row }: OpsEntry, now: number): Record<string, unknown> {
  const columns = new Map(opsColumns(table).map(({ name, type }) => [name, type]));
  const result: Record<string, unknown> = { entry_id: id.toWellFormed(), appended_at: BigInt(now) * 1000n };
  const details: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    const type = columns.get(name);
    if (type === undefined || name === 'entry_id' || name === DETAILS_COLUMN) details[name] = value;
    else result[name] = opsValue(type as string, value);
  }
  if (Object.keys(details).length > 0) result[DETAILS_COLUMN] = JSON.stringify(details);
  return result;
}

function opsValue(type: string, value: string | number | boolean | null): unknown {
  if (value === null) return null;
  if (type === 'timestamptz') return BigInt(Math.round(Number(value))) * 1000n;
  if (type === 'long') return BigInt(value);
  if (type === 'boolean') return Boolean(value);
  // Messages of errors may be cut anywhere, and half of a character is no text that a table takes.
  return String(value).toWellFormed();
}
