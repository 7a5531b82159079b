import type { Catalog, Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';
import { topicTables } from '../tables/names.js';
import { snapshotUpTo } from '../watermark/side-table.js';
import { readWatermark, type Watermark } from '../watermark/watermark.js';

/** The tables of a topic that exist. */
export interface LoadedTables {
  readonly raw: Table | null;
  readonly standardized: Table | null;
  readonly parseErrors: Table | null;
  readonly curated: Table | null;
  readonly errors: Table | null;
}

/** What is read, in this order: `standardizedRead` is Standardized as Curated read it. */
export const READS = ['raw', 'standardized', 'standardizedRead', 'parseErrors', 'curated', 'errors'] as const;
export type Read = (typeof READS)[number];

/** The snapshot that each read looks at; null for none. */
export type TopicSnapshots = Readonly<Record<Read, bigint | null>>;

const TRIES = 5;

/**
 * Loads a topic's tables beside rounds that go on. Each is loaded after the table that reads it, so that it is never
 * older than that table's watermark; an error table, which a run commits first, is only ever too new, which can be told.
 * Where a layer was committed to meanwhile, all are loaded again.
 */
export async function loadTables(
  catalog: Catalog,
  topic: string,
  names: Partial<LayerNames> | undefined,
): Promise<LoadedTables> {
  const { raw, standardized, parseErrors, curated, errors } = topicTables(topic, names);
  for (let attempt = 1; ; attempt++) {
    const loaded = {
      curated: await loadIfExists(catalog, curated),
      errors: await loadIfExists(catalog, errors),
      standardized: await loadIfExists(catalog, standardized),
      parseErrors: await loadIfExists(catalog, parseErrors),
      raw: await loadIfExists(catalog, raw),
    };
    if (attempt === TRIES) return loaded;
    const same =
      isSame(loaded.curated, await loadIfExists(catalog, curated)) &&
      isSame(loaded.standardized, await loadIfExists(catalog, standardized));
    if (same) return loaded;
  }
}

function isSame(before: Table | null, after: Table | null): boolean {
  return before?.uuid === after?.uuid && headOf(before) === headOf(after);
}

/** How far the layers have read. */
export interface ReadUpTo {
  readonly raw: Watermark | null;
  readonly standardized: Watermark | null;
}

export function readUpTo({ raw, standardized, curated }: LoadedTables): ReadUpTo {
  return { raw: readOf(standardized, raw), standardized: readOf(curated, standardized) };
}

/**
 * Which snapshots belong together: RAW as Standardized has read it, Standardized as Curated has, and error tables as
 * they were by then, so that a run between its two commits does not look like a fault.
 */
export function snapshotsToCompare(
  tables: LoadedTables,
  read: ReadUpTo,
  hasContract: boolean,
): TopicSnapshots {
  const { raw, standardized, parseErrors, curated, errors } = tables;
  const layers = {
    raw: snapshotOrHead(raw, read.raw),
    standardized: headOf(standardized),
    parseErrors: besideOf(parseErrors, raw, read.raw),
  };
  if (!hasContract) return { ...layers, standardizedRead: null, curated: null, errors: null };
  return {
    ...layers,
    standardizedRead: snapshotOrHead(standardized, read.standardized),
    curated: headOf(curated),
    errors: besideOf(errors, standardized, read.standardized),
  };
}

/** How far a table has read its source. */
function readOf(table: Table | null, source: Table | null): Watermark | null {
  return table === null || source === null ? null : readWatermark(table, source.uuid);
}

/** A watermark's snapshot while the source has it, else what the source holds now. */
function snapshotOrHead(source: Table | null, watermark: Watermark | null): bigint | null {
  // Sequence numbers begin with 1: a table that was emptied has read nothing of its source.
  if (watermark === null || watermark.sequenceNumber === 0n) return null;
  const kept = source?.snapshots().some(({ snapshotId }) => snapshotId === watermark.snapshotId);
  return kept === true ? watermark.snapshotId : headOf(source);
}

/** What an error table held when the table that it stands beside had read its source so far. */
function besideOf(side: Table | null, source: Table | null, read: Watermark | null): bigint | null {
  return side === null || source === null ? headOf(side) : snapshotUpTo(side, source.uuid, read);
}

function headOf(table: Table | null): bigint | null {
  return table?.currentSnapshot()?.snapshotId ?? null;
}
