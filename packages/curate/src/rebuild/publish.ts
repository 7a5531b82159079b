import type { TopicContract } from '@lean-ops/core';
import type { Catalog, CreateTableOptions, Table } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import { type TopicTables, tableName } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { errorsTableOptions, parseErrorsTableOptions } from '../tables/side-tables.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { type Watermark, watermarkProperty, watermarkSummary } from '../watermark/watermark.js';
import type { RebuildCatalog } from './rebuild-catalog.js';
import type { RebuildJournal } from './rebuild-journal.js';
import { REBUILT_TABLES, type RebuildPoint, type RebuiltTable } from './rebuild-types.js';

export interface PublishOptions {
  readonly live: Catalog;
  readonly catalog: RebuildCatalog;
  readonly journal: RebuildJournal;
  readonly tables: TopicTables;
  readonly contract: TopicContract | null;
  readonly fencingToken: bigint;
  readonly keepOldMs: number;
  readonly signal: AbortSignal | undefined;
  readonly at: (point: RebuildPoint) => Promise<void>;
}

/** What a table reads, and how far it has by what is published. */
interface Reading {
  readonly sourceUuid: string;
  readonly watermark: Watermark;
}

/** The tag that keeps a table as it was before a generation. */
export function oldTag(generation: number): string {
  return `before-rebuild-${generation}`;
}

/**
 * Puts the new tables in the place of the old ones, one commit each: Standardized, Curated, then the tables beside them.
 * What was published before this was cut off is passed over. Gives the number of rows of each.
 */
export async function publish(options: PublishOptions): Promise<Partial<Record<RebuiltTable, number>>> {
  const { tables, live, journal } = options;
  const raw = await live.loadTable(tables.raw);
  const fromRaw: Reading = { sourceUuid: raw.uuid, watermark: journal.plan.raw! };
  let fromStandardized: Reading | null = null;
  const rows: Partial<Record<RebuiltTable, number>> = {};
  for (const name of REBUILT_TABLES) {
    const reads = name === 'standardized' || name === 'parseErrors' ? fromRaw : fromStandardized;
    if (reads === null) continue;
    const published = await publishTable(name, reads, options);
    if (published === null) continue;
    rows[name] = await published.scan().count();
    if (name === 'standardized') fromStandardized = readingOf(published);
  }
  return rows;
}

function readingOf(standardized: Table): Reading {
  const { snapshotId, sequenceNumber } = standardized.currentSnapshot()!;
  return { sourceUuid: standardized.uuid, watermark: { snapshotId, sequenceNumber } };
}

async function publishTable(
  name: RebuiltTable,
  { sourceUuid, watermark }: Reading,
  options: PublishOptions,
): Promise<Table | null> {
  const { live, journal, tables, fencingToken, keepOldMs, signal, at } = options;
  const table = await loadIfExists(live, tables[name]);
  if (table === null) return null;
  const staged = await contentFor(name, table, options);
  if (staged === null) return null;
  const token = { [KEYS.fencingToken]: String(fencingToken) };
  const marks = { ...watermarkSummary(sourceUuid, watermark), ...token };
  const filled =
    staged.currentSnapshot() === null
      ? (await staged.transaction({ emptySnapshot: true, summary: marks }).commit()).table
      : staged;
  const { snapshotId, summary } = filled.currentSnapshot()!;
  if (table.currentSnapshot()?.snapshotId === snapshotId) return table;
  const replaced = { before: table.state(), snapshotId };
  await journal.write({ replaced: { ...journal.plan.replaced, [name]: replaced } });
  await at(`rebuild:before-${name}`);
  const result = await table.replaceWith(filled, {
    keepAs: { tag: oldTag(journal.plan.generation), forMs: keepOldMs },
    summary: { ...ofRun(summary), ...marks },
    properties: (written) => ({
      ...watermarkProperty(sourceUuid, watermark, written),
      ...token,
      // They name snapshots of the tables that were staged.
      [KEYS.reviewedSnapshot]: null,
      [KEYS.reviewedParseErrors]: null,
    }),
    check: (fresh) => refuseLowerToken(fresh, fencingToken),
    signal,
  });
  await at(`rebuild:after-${name}`);
  return result.table;
}

/** What is to be shown in the place of a table; null where it stays as it is. */
async function contentFor(
  name: RebuiltTable,
  table: Table,
  { catalog, tables, contract, journal }: PublishOptions,
): Promise<Table | null> {
  const staged = await catalog.staged(tables[name]);
  if (staged !== null) return staged;
  const generation = String(journal.plan.generation);
  const create: CreateTableOptions | null =
    name === 'parseErrors'
      ? parseErrorsTableOptions(generation)
      : name === 'errors' && contract !== null
        ? errorsTableOptions(generation, contract.version)
        : null;
  // Nothing failed this time: the table shows nothing.
  return create === null ? null : await catalog.createTable(table.identifier, create);
}

/** What says which run made a snapshot. */
function ofRun(summary: Readonly<Record<string, string>>): Record<string, string> {
  const kept = [KEYS.runId, KEYS.contractVersion, KEYS.run];
  return Object.fromEntries(Object.entries(summary).filter(([key]) => kept.some((one) => one === key)));
}

/** Tags that keep what was before, by table. */
export function tagsOf(journal: RebuildJournal, tables: TopicTables): Record<string, string> {
  const { replaced, generation } = journal.plan;
  return Object.fromEntries(
    REBUILT_TABLES.flatMap((name) =>
      replaced[name] === undefined || replaced[name].before.snapshotId === null
        ? []
        : [[tableName(tables[name]), oldTag(generation)]],
    ),
  );
}
