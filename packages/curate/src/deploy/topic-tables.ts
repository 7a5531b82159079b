import type { TopicContract } from '@lean-ops/core';
import type { Catalog, CreateTableOptions, Table, TransactionOptions } from '@lean-ops/iceberg';
import { IcebergError, loadIfExists, MemoryCatalog } from '@lean-ops/iceberg';
import { CURATED_OWN, curatedLayout, curatedTableOptions } from '../curated/curated-table.js';
import { CurateError } from '../error.js';
import { spelledType } from '../evolve/primitive-change.js';
import type { LayerNames } from '../job.js';
import { checkOwnTable } from '../tables/check-schema.js';
import { commitOrAbort } from '../tables/commit-or-abort.js';
import { tableLayout } from '../tables/layout.js';
import { tableName, topicTables } from '../tables/names.js';
import { openTable } from '../tables/open-table.js';
import { FIRST_GENERATION, KEYS } from '../tables/properties.js';
import { columnPaths, standardizedTableOptions } from '../tables/standardized-table.js';
import { compileContract } from '../validate/compiled-contract.js';
import { refuseLowerToken } from '../watermark/commit-options.js';
import { curatedChanges, type TableColumnChange } from './curated-changes.js';
import { layoutChange } from './layout-change.js';

/** The tables of a topic that its contract decides on. Side tables are made when they first have rows. */
export type GovernedTable = 'standardized' | 'curated';

export interface TopicTablesOptions {
  readonly catalog: Catalog;
  /** Table-safe topic. */
  readonly topic: string;
  /** Null: only Standardized, under defaults. */
  readonly contract: TopicContract | null;
  /** New names of governed columns, with their old ones. Default: none has another. */
  readonly renamed?: ReadonlyMap<string, string>;
  readonly names?: Partial<LayerNames>;
}

/** What a table needs to become what a contract asks for. */
export interface TableChange {
  readonly layer: GovernedTable;
  /** `namespace.name`. */
  readonly table: string;
  /** `rebuild`: its rows were merged under rules that no longer hold, so that changing it in place would be wrong. */
  readonly kind: 'create' | 'change' | 'none' | 'rebuild';
  /** Columns that it gets, or that change. A new table gets ids in their order. */
  readonly columns: readonly TableColumnChange[];
  /** Partition fields of a new table. */
  readonly partitionBy: readonly string[];
  /** What else changes, or why it has to be rebuilt; null where nothing does. */
  readonly detail: string | null;
}

interface Wanted {
  readonly change: TableChange;
  readonly table: Table | null;
  readonly create: CreateTableOptions;
}

/**
 * Says how the tables of a topic differ from what its contract asks for. Reads metadata only.
 *
 * @throws {CurateError} `TABLE_SCHEMA_MISMATCH` where somebody changed a table by hand; `CONTRACT_INVALID`, `PATH_INVALID`.
 * @example
 * const [standardized, curated] = await planTopicTables({ catalog, topic: 'events', contract });
 */
export async function planTopicTables(options: TopicTablesOptions): Promise<TableChange[]> {
  const layers =
    options.contract === null ? (['standardized'] as const) : (['standardized', 'curated'] as const);
  const changes: TableChange[] = [];
  for (const layer of layers) changes.push((await wantedTable(layer, options)).change);
  return changes;
}

/**
 * Finds out whether the tables of a topic can be made under a contract at all, by making them in memory: a deploy would
 * find it with one table made and the other not.
 *
 * @throws {CurateError} `CONTRACT_INVALID` saying what no table can have; `PATH_INVALID`.
 * @example await checkTopicTables(contract);
 */
export async function checkTopicTables(contract: TopicContract): Promise<void> {
  const catalog = new MemoryCatalog();
  const { topic, version } = contract;
  for (const layer of ['standardized', 'curated'] as const) {
    const { create } = await wantedTable(layer, { catalog, topic, contract });
    await catalog.createTable(topicTables(topic)[layer], create).catch((cause: unknown) => {
      if (!(cause instanceof IcebergError)) throw cause;
      throw new CurateError(
        `contract ${version} of topic ${topic} asks for a table that cannot be: ${cause.message}`,
        {
          code: 'CONTRACT_INVALID',
          context: { topic, version, layer },
          cause,
        },
      );
    });
  }
}

/**
 * Makes a table of a topic, or changes its columns by field id, in one commit; nothing where that has been done. The
 * caller holds the topic's lease.
 *
 * @throws {CurateError} `LEASE_LOST` where the table was written under a higher fencing token; `RESET_REQUIRED` where only
 *   a rebuild can do it; as {@link planTopicTables}.
 */
export async function changeTopicTable(
  layer: GovernedTable,
  options: TopicTablesOptions & { readonly contract: TopicContract; readonly fencingToken: bigint },
): Promise<TableChange> {
  const { catalog, topic, contract, names, fencingToken } = options;
  const { change, table, create } = await wantedTable(layer, options);
  if (change.kind === 'none') return change;
  if (change.kind === 'rebuild') throw rebuildNeeded(change, contract);
  const marks = { [KEYS.contractVersion]: contract.version, [KEYS.fencingToken]: String(fencingToken) };
  if (table === null) {
    const properties = { ...create.properties, ...marks };
    await openTable(catalog, topicTables(topic, names)[layer], () => ({ ...create, properties }));
    return change;
  }
  const check: TransactionOptions['check'] = (fresh) => refuseLowerToken(fresh, fencingToken);
  const transaction = table.transaction({ check });
  await commitOrAbort(transaction, () => {
    if (change.columns.length > 0)
      transaction.updateSchema((schema) => {
        for (const step of change.columns) {
          if (step.kind === 'add') schema.addColumn(step.column, step.type as 'string');
          else if (step.kind === 'rename') schema.renameColumn(step.column, step.to);
          else schema.widenColumn(step.column, step.to);
        }
      });
    const layout = layer === 'standardized' ? { [KEYS.layout]: JSON.stringify(tableLayout(contract)) } : {};
    transaction.setProperties({ ...layout, ...marks });
  });
  return change;
}

async function wantedTable(layer: GovernedTable, options: TopicTablesOptions): Promise<Wanted> {
  return layer === 'standardized' ? await standardizedTable(options) : await curatedTable(options);
}

async function standardizedTable({ catalog, topic, contract, names }: TopicTablesOptions): Promise<Wanted> {
  const identifier = topicTables(topic, names).standardized;
  const table = await loadIfExists(catalog, identifier);
  const create = standardizedTableOptions(contract);
  const named = { layer: 'standardized', table: tableName(identifier) } as const;
  if (table === null) return { change: { ...named, ...creation(create) }, table, create };
  const layout = layoutChange(table, tableLayout(contract));
  const kind = ({ none: 'none', respelled: 'change', other: 'rebuild' } as const)[layout.kind];
  const detail = layout.kind === 'none' ? null : layout.detail;
  return { change: { ...named, kind, columns: [], partitionBy: [], detail }, table, create };
}

async function curatedTable(options: TopicTablesOptions): Promise<Wanted> {
  const { catalog, topic, names, renamed = new Map() } = options;
  const contract = options.contract!;
  const { standardized, curated } = topicTables(topic, names);
  const [source, table] = [await loadIfExists(catalog, standardized), await loadIfExists(catalog, curated)];
  // The key decides what hashed values are, not what columns there are.
  const { columns } = compileContract(contract, source === null ? [] : columnPaths(source), {
    maskingKey: new Uint8Array(32),
  });
  const layout = curatedLayout(contract, columns);
  const generation = source?.properties[KEYS.generation] ?? FIRST_GENERATION;
  const create = curatedTableOptions(layout, generation);
  const named = { layer: 'curated', table: tableName(curated) } as const;
  if (table === null) return { change: { ...named, ...creation(create) }, table, create };
  checkOwnTable(table, CURATED_OWN);
  const changes = curatedChanges(table, layout, renamed);
  const kind = changes.length === 0 ? 'none' : 'change';
  return { change: { ...named, kind, columns: changes, partitionBy: [], detail: null }, table, create };
}

function creation({ schema, partitionBy = [] }: CreateTableOptions): Omit<TableChange, 'layer' | 'table'> {
  const columns = schema.fields.map(
    ({ name, type }, index) =>
      ({ kind: 'add', id: index + 1, column: name, type: spelledType(type) }) as const,
  );
  return { kind: 'create', columns, partitionBy: partitionBy.map(String), detail: null };
}

function rebuildNeeded({ table, detail }: TableChange, { version }: TopicContract): CurateError {
  return new CurateError(
    `contract ${version} changes ${detail} for table ${table}, whose rows were merged under the old one: declare a reset and rebuild the topic`,
    { code: 'RESET_REQUIRED', context: { table, version } },
  );
}
