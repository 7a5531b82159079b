import type { TopicContract, TopicRow } from '@lean-ops/core';
import { contractOfTable } from '@lean-ops/curate';
import { ContractToolError } from '../contract-tool-error.js';
import type { DeployPorts } from './ports.js';

/** What is live of a topic. */
export interface LiveTopic {
  readonly row: TopicRow | null;
  readonly contract: TopicContract | null;
}

/**
 * The live contract of a topic. Of one that is not registered (any more) but has its tables, the contract under which they
 * were made. `wanted` is that contract where it has the version that is live and nobody has stored it.
 *
 * @throws {ContractToolError} `VERSION_NOT_FOUND` where the state store has lost it: any change would look like a new topic.
 */
export async function liveTopic(
  { state, catalog, names }: Pick<DeployPorts, 'state' | 'catalog' | 'names'>,
  topic: string,
  wanted: TopicContract | null = null,
): Promise<LiveTopic> {
  const row = await state.topics.get(topic);
  const version = row === null ? await contractOfTable(catalog, topic, names) : row.contractVersion;
  if (version === null) return { row, contract: null };
  const stored = await state.contracts.get(topic, version);
  const contract = stored ?? (wanted?.version === version ? wanted : null);
  if (contract === null) throw unknown(topic, version);
  return { row, contract };
}

function unknown(topic: string, version: string): ContractToolError {
  return new ContractToolError(
    `topic ${topic} is under contract ${version}, and the state store does not hold that contract (any more): deploy ${version} as it is live first, so that a change can be judged`,
    { code: 'VERSION_NOT_FOUND', context: { topic, version } },
  );
}
