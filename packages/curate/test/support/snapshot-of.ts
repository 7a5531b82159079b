import { columnPathsOf } from './column-paths.js';
import { CURATED, ERRORS, PARSE_ERRORS, STANDARDIZED, type World } from './world.js';

/** The tables as the rule of batch invariance compares them: by path, without what belongs to a run. */
export interface TablesSnapshot {
  readonly standardized: Record<string, Record<string, unknown>>;
  readonly curated: Record<string, Record<string, unknown>>;
  readonly openErrors: Record<string, Record<string, unknown>>;
  readonly parseErrors: Record<string, unknown>[];
}

const OF_A_RUN = new Set(['_source_snapshot_id', '_updated_ts', '_seen']);

export async function snapshotOf(world: World): Promise<TablesSnapshot> {
  const paths = await columnPathsOf(world);
  const lasting = (row: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name, value]) => !OF_A_RUN.has(name) && value !== null)
        .map(([name, value]) => [paths.get(name) ?? name, typeof value === 'bigint' ? String(value) : value]),
    );
  const standardized = byKey((await world.rows(STANDARDIZED)).map(lasting));
  const curated = byKey((await world.rows(CURATED)).map(lasting));
  const same = (left: Record<string, unknown> | undefined, right: Record<string, unknown>): boolean =>
    left?.['message_id'] === right['message_id'] && left?.['_payload_hash'] === right['_payload_hash'];
  const errors = (await world.rows(ERRORS)).map(lasting).filter((row) => {
    const key = row['_merge_key'] as string;
    return same(standardized[key], row) && !same(curated[key], row);
  });
  return {
    standardized,
    curated,
    openErrors: byKey(errors),
    parseErrors: (await world.rows(PARSE_ERRORS))
      .map(lasting)
      .sort((left, right) => String(left['_error_id']).localeCompare(String(right['_error_id']))),
  };
}

/** Fails on a key that has two rows. */
function byKey(rows: readonly Record<string, unknown>[]): Record<string, Record<string, unknown>> {
  const keys = rows.map((row) => row['_merge_key'] as string).sort();
  const doubled = keys.find((key, index) => key === keys[index - 1]);
  if (doubled !== undefined) throw new Error(`key ${doubled} has more than one row`);
  return Object.fromEntries(
    rows
      .toSorted((left, right) => String(left['_merge_key']).localeCompare(String(right['_merge_key'])))
      .map((row) => [row['_merge_key'] as string, row]),
  );
}
