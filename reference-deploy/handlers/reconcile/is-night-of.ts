import type { Clock } from '@lean-ops/core';
import type { LayerNames } from '@lean-ops/curate';
import type { Catalog } from '@lean-ops/iceberg';
import { rawTableName } from '@lean-ops/ingest/iceberg';

export interface NightOptions {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly names: Partial<LayerNames> | undefined;
  /** RAW rows from which a topic has one night in seven. */
  readonly weeklyFromRows: number;
}

const NIGHTS = 7;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Whether a topic is reconciled tonight: every night, but for very large ones, which take turns so that the longest work
 * does not fall on one night.
 */
export async function isNightOf(topic: string, options: NightOptions): Promise<boolean> {
  const { catalog, clock, names, weeklyFromRows } = options;
  const identifier = { namespace: names?.raw ?? 'raw', name: rawTableName(topic) };
  if (!(await catalog.tableExists(identifier))) return true;
  const head = (await catalog.loadTable(identifier)).currentSnapshot();
  if (Number(head?.summary['total-records'] ?? 0) < weeklyFromRows) return true;
  let sum = 7;
  for (let at = 0; at < topic.length; at++) sum = (Math.imul(sum, 31) + topic.charCodeAt(at)) >>> 0;
  return sum % NIGHTS === Math.floor(clock.now() / DAY_MS) % NIGHTS;
}
