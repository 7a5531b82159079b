import type { Catalog, TableIdentifier } from '@lean-ops/iceberg';

/** Columns that say which run wrote a row: two runs may differ in them and hold the same data. */
const RUN_COLUMNS: ReadonlySet<string> = new Set(['_source_snapshot_id', '_updated_ts', '_seen']);

/** Everything a topic's tables hold, in an order of its own and without what only names the run. */
export interface TopicContent {
  readonly standardized: readonly string[];
  readonly parseErrors: readonly string[];
  readonly curated: readonly string[];
  readonly errors: readonly string[];
}

export async function topicContent(catalog: Catalog, topic: string): Promise<TopicContent> {
  return {
    standardized: await rowsOf(catalog, { namespace: 'standardized', name: topic }),
    parseErrors: await rowsOf(catalog, { namespace: 'standardized', name: `${topic}_parse_errors` }),
    curated: await rowsOf(catalog, { namespace: 'curated', name: topic }),
    errors: await rowsOf(catalog, { namespace: 'curated', name: `${topic}_errors` }),
  };
}

/** Rows as texts of (path, value) without nulls: column names and their order depend on what was seen first. */
async function rowsOf(catalog: Catalog, identifier: TableIdentifier): Promise<string[]> {
  if (!(await catalog.tableExists(identifier))) return [];
  const table = await catalog.loadTable(identifier);
  const paths = JSON.parse(table.properties['lean-ops.column-paths'] ?? '{}') as Record<string, string>;
  const rows: string[] = [];
  for await (const row of table.scan().rows()) {
    const members = Object.entries(row)
      .filter(([name, value]) => !RUN_COLUMNS.has(name) && value !== null)
      .map(([name, value]) => [paths[name] ?? name, comparable(name, value)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    rows.push(JSON.stringify(members));
  }
  return rows.sort();
}

function comparable(name: string, value: unknown): unknown {
  // The errors keep a whole row as a JSON object, whose members have no order.
  if (name === 'row')
    return Object.entries(JSON.parse(value as string) as object).sort(([a], [b]) => (a < b ? -1 : 1));
  return typeof value === 'bigint' ? String(value) : value;
}
