import type { Theatre } from '../theatre.js';
import { tableTopic } from '../traffic/topics.js';

/** Drops the RAW table of the topic that is to have none: a registered topic without a table. */
export async function loseTable({ catalog, layers, cast }: Theatre): Promise<void> {
  await catalog.dropTable({ namespace: layers.raw, name: `${tableTopic(cast.withoutTable)}_staging` });
}
