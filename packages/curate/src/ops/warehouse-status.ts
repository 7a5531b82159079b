import type { Catalog, Table, TableIdentifier } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { LayerNames } from '../job.js';
import { tableName, topicTables } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { readWatermark, tableToken, type Watermark } from '../watermark/watermark.js';
import type { TableStatus, TopicStatus } from './topic-status.js';

export interface StatusOptions {
  readonly catalog: Catalog;
  readonly topics: readonly string[];
  readonly names?: Partial<LayerNames>;
}

/**
 * Row counts, watermarks and newest snapshots of some topics, from the tables' metadata and delete files alone.
 *
 * @example await warehouseStatus({ catalog, topics: ['events'] });
 */
export async function warehouseStatus({ catalog, topics, names }: StatusOptions): Promise<TopicStatus[]> {
  const all: TopicStatus[] = [];
  for (const topic of topics) all.push(await topicStatus(catalog, topic, names));
  return all;
}

async function topicStatus(
  catalog: Catalog,
  topic: string,
  names: Partial<LayerNames> | undefined,
): Promise<TopicStatus> {
  const tables = topicTables(topic, names);
  const load = async (identifier: TableIdentifier): Promise<Table | null> =>
    await loadIfExists(catalog, identifier);
  const raw = await load(tables.raw);
  const standardized = await load(tables.standardized);
  const status = await tableStatus(standardized, raw);
  return {
    topic,
    raw: await tableStatus(raw, null),
    standardized: status,
    parseErrors: await tableStatus(await load(tables.parseErrors), raw),
    curated: await tableStatus(await load(tables.curated), standardized),
    errors: await tableStatus(await load(tables.errors), standardized),
    pendingRaw: await rowsAfter(raw, status?.watermark ?? null),
  };
}

async function tableStatus(table: Table | null, source: Table | null): Promise<TableStatus | null> {
  if (table === null) return null;
  const head = table.currentSnapshot();
  const ours = head === null ? [] : table.ancestors();
  return {
    table: tableName(table.identifier),
    rows: head === null ? 0 : await table.scan().count(),
    snapshotId: head?.snapshotId ?? null,
    committedAt: head?.timestampMs ?? null,
    watermark: source === null ? null : watermarkOrNull(table, source.uuid),
    runId: ours.map(({ summary }) => summary[KEYS.runId]).find((runId) => runId !== undefined) ?? null,
  };
}

/** A table whose watermark cannot be trusted is shown without one: its job says why. */
function watermarkOrNull(table: Table, sourceUuid: string): Watermark | null {
  try {
    return readWatermark(table, sourceUuid);
  } catch (error) {
    if (error instanceof CurateError && error.code === 'WATERMARK_DETACHED') return null;
    throw error;
  }
}

/** Live rows of files that came after a watermark. */
export async function rowsAfter(source: Table | null, watermark: Watermark | null): Promise<number> {
  if (source === null || source.currentSnapshot() === null) return 0;
  const after = watermark === null ? {} : { afterSequenceNumber: watermark.sequenceNumber };
  return await source.scan(after).count();
}

/**
 * The highest fencing token that any table of a topic was written under: a new lease must be above it.
 *
 * @example leases.acquire({ resource, owner, ttlMs, above: await highestFencingToken(catalog, 'events') });
 */
export async function highestFencingToken(
  catalog: Catalog,
  topic: string,
  names?: Partial<LayerNames>,
): Promise<bigint> {
  const { standardized, parseErrors, curated, errors } = topicTables(topic, names);
  let highest = 0n;
  for (const identifier of [standardized, parseErrors, curated, errors]) {
    const table = await loadIfExists(catalog, identifier);
    const token = table === null ? 0n : tableToken(table);
    if (token > highest) highest = token;
  }
  return highest;
}
