import type { Theatre } from '../theatre.js';

export type Row = Readonly<Record<string, unknown>>;

/** Columns that say which run wrote a row, and under which contract. */
const MARKS = new Set(['_source_snapshot_id', '_updated_ts', '_seen', '_schema_version']);

/** Rows of a topic's table by the key under which they were merged. */
export async function rowsOf(
  { catalog, layers }: Theatre,
  layer: 'standardized' | 'curated',
  topic: string,
): Promise<ReadonlyMap<string, Row>> {
  const table = await catalog.loadTable({ namespace: layers[layer], name: topic });
  const rows = new Map<string, Row>();
  for await (const row of table.scan().rows()) rows.set(String(row['_merge_key']), row);
  return rows;
}

/** How rows differ in what they say, on one line; null where they do not. */
export function differenceOf(
  expected: ReadonlyMap<string, Row>,
  found: ReadonlyMap<string, Row>,
): string | null {
  const keys = [...new Set([...expected.keys(), ...found.keys()])];
  const different = keys.filter((key) => printed(expected.get(key)) !== printed(found.get(key)));
  if (different.length === 0) return null;
  const [first] = different;
  return `${different.length} of ${keys.length} rows differ, for example ${printed(expected.get(first!))} is ${printed(found.get(first!))}`;
}

function printed(row: Row | undefined): string {
  if (row === undefined) return 'nothing';
  const said = Object.entries(row).filter(([name, value]) => !MARKS.has(name) && value !== null);
  return JSON.stringify(
    said.sort(([left], [right]) => (left < right ? -1 : 1)),
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}
