import type { TopicContract, TopicRow } from '@lean-ops/core';
import { contractOfTable } from '@lean-ops/curate';
import type { DeployPorts } from './ports.js';

/** What is live of a topic. */
export interface LiveTopic {
  readonly row: TopicRow | null;
  readonly contract: TopicContract | null;
}

/**
 * The live contract of a topic. Of one that is not registered (any more) but has its tables, the contract under which they
 * were made.
 */
export async function liveTopic(
  { state, catalog, names }: Pick<DeployPorts, 'state' | 'catalog' | 'names'>,
  topic: string,
): Promise<LiveTopic> {
  const row = await state.topics.get(topic);
  const version = row === null ? await contractOfTable(catalog, topic, names) : row.contractVersion;
  return { row, contract: version === null ? null : await state.contracts.get(topic, version) };
}
