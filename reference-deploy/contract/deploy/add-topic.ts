import type { TopicSchedule } from '@lean-ops/core';
import { registerTopic } from '../../handlers/shared/register-topic.js';
import { ContractToolError } from '../contract-tool-error.js';
import type { DeployPorts } from './ports.js';

export interface AddTopicOptions {
  /** As its queue spells it. */
  readonly queueTopic: string;
  readonly topic: string;
  readonly addedBy: string;
  /** Default: every round. */
  readonly schedule?: TopicSchedule;
}

/**
 * Registers a topic that has no contract (yet): it stops at Standardized. One with a contract is deployed.
 *
 * @throws {ContractToolError} `TOPIC_IN_USE` where the topic is registered.
 * @throws {CoreError} `TOPIC_NAME_INVALID`, `TOPIC_NAME_COLLISION`.
 */
export async function addTopic(
  ports: DeployPorts,
  { queueTopic, topic, addedBy, schedule }: AddTopicOptions,
): Promise<void> {
  await refuseRegistered(ports, topic);
  const { state, catalog, clock, names, surroundings } = ports;
  await registerTopic(
    { queueTopic, contract: null, ...(schedule === undefined ? {} : { schedule }) },
    {
      state,
      catalog,
      clock,
      rawNamespace: names?.raw ?? 'raw',
      deployedBy: addedBy,
      prepare: () => surroundings.make(queueTopic),
    },
  );
}

/** @throws {ContractToolError} `TOPIC_IN_USE`. */
export async function refuseRegistered({ state }: Pick<DeployPorts, 'state'>, topic: string): Promise<void> {
  const row = await state.topics.get(topic);
  if (row === null) return;
  throw new ContractToolError(
    `topic ${topic} is registered already, under ${row.contractVersion ?? 'no contract'}: change its contract with lean-ops contract deploy`,
    { code: 'TOPIC_IN_USE', context: { topic } },
  );
}
