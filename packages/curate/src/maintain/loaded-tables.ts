import type { Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { isReviewLost } from '../curated/review-mark.js';
import { isReviewCutOff } from '../standardize/review-parse-errors.js';
import { tableName, topicTables } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { isPartOf } from '../watermark/source-range.js';
import { readWatermark, type Watermark } from '../watermark/watermark.js';
import type { MaintainedTable, MaintenanceScope } from './maintenance-types.js';

/** A topic's tables as they are now; null where a table does not exist. */
export type LoadedTables = Readonly<Record<MaintainedTable, Table | null>>;

export async function loadTables({ catalog, topic, names }: MaintenanceScope): Promise<LoadedTables> {
  const { raw, standardized, parseErrors, curated, errors } = topicTables(topic, names);
  return {
    raw: await loadIfExists(catalog, raw),
    standardized: await loadIfExists(catalog, standardized),
    parse_errors: await loadIfExists(catalog, parseErrors),
    curated: await loadIfExists(catalog, curated),
    errors: await loadIfExists(catalog, errors),
  };
}

/** What a table reads; null for RAW. */
const SOURCES: Readonly<Record<MaintainedTable, MaintainedTable | null>> = {
  raw: null,
  standardized: 'raw',
  parse_errors: 'raw',
  curated: 'standardized',
  errors: 'standardized',
};

/** How a table stands to those it reads and those that read it. */
export interface TableStanding {
  /** The table it reads, and how far; null for RAW and where the table holds nothing yet. */
  readonly own: { readonly sourceUuid: string; readonly watermark: Watermark } | null;
  /** Sequence number that all readers have reached: files up to it may be written anew unseen. Null: nobody reads it. */
  readonly readUpTo: bigint | null;
  /** Snapshots from this sequence number on stay. Null: age alone decides. */
  readonly floor: bigint | null;
  /** Why the table is left as it is; null where it is not. */
  readonly heldBackBy: string | null;
}

export interface StandingOptions {
  /** Whether the topic is curated. */
  readonly hasContract: boolean;
  /** Snapshots of the reader that will be gone by then. Default: none. */
  readonly expiring?: ReadonlySet<bigint>;
}

const NOTHING: ReadonlySet<bigint> = new Set();

/**
 * Works out what maintenance may do to a table. Where a watermark does not fit its source any more (a rollback that
 * the jobs have not seen yet), everything stays: the snapshots are what they will find out by.
 */
export function tableStanding(
  which: MaintainedTable,
  tables: LoadedTables,
  { hasContract, expiring = NOTHING }: StandingOptions,
): TableStanding {
  try {
    return standing(which, tables, hasContract, expiring);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code !== 'string') throw error;
    return { own: null, readUpTo: null, floor: null, heldBackBy: `${code}: ${String(message)}` };
  }
}

function standing(
  which: MaintainedTable,
  tables: LoadedTables,
  hasContract: boolean,
  expiring: ReadonlySet<bigint>,
): TableStanding {
  const table = tables[which];
  const source = SOURCES[which];
  const own = ownWatermark(which, tables);
  const free = { own, readUpTo: null, floor: null, heldBackBy: null };
  if (table === null || table.snapshots().length === 0) return free;
  if (source !== null && own === null) {
    return { ...free, heldBackBy: `${source}, which it is made of, is not there` };
  }
  // Expired from below, the mark of that review would look as if it had been reached.
  if (which === 'curated' && tables.errors !== null && isReviewLost(tables.errors, table)) {
    return { ...free, heldBackBy: 'it was rolled back behind a review of its errors' };
  }
  // The next run knows by the head of the parse errors that it has to take the mended ones away.
  if (
    which === 'parse_errors' &&
    tables.standardized !== null &&
    isReviewCutOff(tables.standardized, table)
  ) {
    return { ...free, heldBackBy: 'a review of its rows was cut off, which the next run finishes' };
  }
  const reader = which === 'raw' ? 'standardized' : which === 'standardized' ? 'curated' : null;
  if (reader === null || (reader === 'curated' && !hasContract && tables.curated === null)) return free;
  return { ...free, ...readBy(table, tables[reader], { name: reader, expiring }) };
}

/** What a table's reader asks of it. */
function readBy(
  table: Table,
  reader: Table | null,
  { name: readerName, expiring }: { readonly name: string; readonly expiring: ReadonlySet<bigint> },
): Pick<TableStanding, 'readUpTo' | 'floor' | 'heldBackBy'> {
  const name = tableName(table.identifier);
  const live = reader === null ? null : readWatermark(reader, table.uuid);
  if (reader === null || live === null) {
    return { readUpTo: null, floor: null, heldBackBy: `${readerName} has not read ${name} yet` };
  }
  if (!isPartOf(table, live, table.currentSnapshot())) {
    const heldBackBy = `snapshot ${live.snapshotId}, which ${readerName} has read, is no part of the history of ${name}`;
    return { readUpTo: null, floor: null, heldBackBy };
  }
  let floor = live.sequenceNumber;
  // Whoever rolls the reader back to one of these, or to a tag, finds the table as far back as it asks.
  for (const { snapshotId, summary } of reader.snapshots()) {
    if (expiring.has(snapshotId)) continue;
    const written = summary[KEYS.watermarkSequence + table.uuid];
    if (written !== undefined && BigInt(written) < floor) floor = BigInt(written);
  }
  return { readUpTo: live.sequenceNumber, floor, heldBackBy: null };
}

function ownWatermark(which: MaintainedTable, tables: LoadedTables): TableStanding['own'] {
  const table = tables[which];
  const sourceName = SOURCES[which];
  const source = sourceName === null ? null : tables[sourceName];
  if (table === null || source === null) return null;
  const watermark = readWatermark(table, source.uuid);
  return watermark === null ? null : { sourceUuid: source.uuid, watermark };
}
