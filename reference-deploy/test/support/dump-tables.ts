import type { Platform } from '../../local/index.js';

/** Columns that say which run wrote a row, not what it holds. */
const RUN_SPECIFIC = new Set(['_source_snapshot_id', '_updated_ts', '_seen', '_run_id', '_failed_at']);

/** Everything a run must end in, whatever happened on the way: rows by table, in an order of their own. */
export interface Dump {
  readonly standardized: Readonly<Record<string, readonly string[]>>;
  readonly curated: Readonly<Record<string, readonly string[]>>;
  readonly openErrors: Readonly<Record<string, readonly string[]>>;
  readonly parseErrors: Readonly<Record<string, readonly string[]>>;
}

export async function dumpTables(platform: Platform, topics: readonly string[]): Promise<Dump> {
  const dump: Record<keyof Dump, Record<string, readonly string[]>> = {
    standardized: {},
    curated: {},
    openErrors: {},
    parseErrors: {},
  };
  for (const topic of topics) {
    const standardized = await readRows(platform, 'standardized', topic);
    const curated = await readRows(platform, 'curated', topic);
    const errors = await readRows(platform, 'curated', `${topic}_errors`);
    const current = new Set(standardized.map(versionOf));
    const good = new Set(curated.map(versionOf));
    const isOpen = (row: Row): boolean => current.has(versionOf(row)) && !good.has(versionOf(row));
    dump.standardized[topic] = printRows(standardized);
    dump.curated[topic] = printRows(curated);
    dump.openErrors[topic] = printRows(errors.filter(isOpen));
    dump.parseErrors[topic] = printRows(await readRows(platform, 'standardized', `${topic}_parse_errors`));
  }
  return dump;
}

type Row = Record<string, unknown>;

async function readRows(platform: Platform, namespace: string, name: string): Promise<Row[]> {
  if (!(await platform.catalog.tableExists({ namespace, name }))) return [];
  const table = await platform.catalog.loadTable({ namespace, name });
  const rows: Row[] = [];
  for await (const row of table.scan().rows()) rows.push(row);
  return rows;
}

function versionOf(row: Row): string {
  return JSON.stringify([row['_merge_key'], row['message_id'], String(row['_payload_hash'])]);
}

function printRows(rows: readonly Row[]): string[] {
  return rows.map(printRow).sort();
}

function printRow(row: Row): string {
  const entries = Object.entries(row).filter(([name, value]) => !RUN_SPECIFIC.has(name) && value !== null);
  return JSON.stringify(
    Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1))),
    (_, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}
