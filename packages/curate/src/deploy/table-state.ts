import type { Catalog } from '@lean-ops/iceberg';
import { loadIfExists } from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';
import { topicTables } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import { readWatermark } from '../watermark/watermark.js';

/**
 * The version of the contract that `curated.{topic}` was last deployed under; null where there is no such table, or none
 * that a deploy made.
 *
 * @example const version = await contractOfTable(catalog, 'events');
 */
export async function contractOfTable(
  catalog: Catalog,
  topic: string,
  names?: Partial<LayerNames>,
): Promise<string | null> {
  const table = await loadIfExists(catalog, topicTables(topic, names).curated);
  return table?.properties[KEYS.contractVersion] ?? null;
}

/**
 * Whether a run of the Curated job was cut off between its two tables. It is completed under the contract that began it,
 * so that it has to be before columns change.
 *
 * @throws {CurateError} `WATERMARK_DETACHED`.
 * @example if (await isCuratedCutOff(catalog, 'events')) await curate(job);
 */
export async function isCuratedCutOff(
  catalog: Catalog,
  topic: string,
  names?: Partial<LayerNames>,
): Promise<boolean> {
  const tables = topicTables(topic, names);
  const [source, errors] = [
    await loadIfExists(catalog, tables.standardized),
    await loadIfExists(catalog, tables.errors),
  ];
  if (source === null || errors === null) return false;
  const curated = await loadIfExists(catalog, tables.curated);
  const reached = curated === null ? null : readWatermark(curated, source.uuid);
  const ahead = readWatermark(errors, source.uuid);
  return ahead !== null && ahead.sequenceNumber > (reached?.sequenceNumber ?? -1n);
}
