import type { StateStore, TopicContract } from '@lean-ops/core';
import { HandlerError } from './error.js';

/**
 * The contract a topic's registry row names; null for a topic that stops at Standardized.
 *
 * @throws {HandlerError} `TOPIC_NOT_REGISTERED`; `CONTRACT_MISSING` when the row names a document that is not stored.
 */
export async function liveContract(
  state: Pick<StateStore, 'topics' | 'contracts'>,
  topic: string,
): Promise<TopicContract | null> {
  const row = await state.topics.get(topic);
  if (row === null) {
    throw new HandlerError(`topic ${topic} is not in the registry: register it first`, {
      code: 'TOPIC_NOT_REGISTERED',
      context: { topic },
    });
  }
  if (row.contractVersion === null) return null;
  const contract = await state.contracts.get(topic, row.contractVersion);
  if (contract !== null) return contract;
  throw new HandlerError(
    `the registry says that contract ${row.contractVersion} of topic ${topic} is live, but it is not stored: deploy the contract again`,
    { code: 'CONTRACT_MISSING', context: { topic, version: row.contractVersion } },
  );
}
