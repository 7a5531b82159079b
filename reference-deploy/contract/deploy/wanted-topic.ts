import { CONTRACT_DEFAULTS, type TopicContract } from '@lean-ops/core';
import type { WantedTopic } from '../../handlers/shared/register-topic.js';
import type { LiveTopic } from './live-contract.js';

/**
 * How a topic is to be run under a contract. What the live contract said and the new one does not is back at its
 * default; what no contract ever said stays as the registry has it.
 */
export function wantedTopic(
  { row, contract: live }: LiveTopic,
  contract: TopicContract,
  queueTopic: string = row?.queueTopic ?? contract.topic,
): WantedTopic {
  const engine = contract.engine ?? (live?.engine === undefined ? undefined : CONTRACT_DEFAULTS.engine);
  const envelope =
    contract.envelope ?? (live?.envelope === undefined ? undefined : CONTRACT_DEFAULTS.envelope);
  return {
    queueTopic,
    contract,
    ...(engine === undefined ? {} : { engine }),
    ...(envelope === undefined ? {} : { envelope }),
  };
}
