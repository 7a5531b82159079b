import type { Clock, StateStore } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import { registerTopic as register } from '../handlers/shared/register-topic.js';
import { type DeploymentNames, topicQueueArn } from './queue/arns.js';
import type { QueueStore } from './queue/queue-store.js';
import type { TopicRegistration } from './types.js';

export interface TopicSetup {
  readonly state: Pick<StateStore, 'topics' | 'contracts' | 'outbox'>;
  readonly catalog: Catalog;
  readonly queues: QueueStore;
  readonly clock: Clock;
  readonly names: DeploymentNames;
  readonly rawNamespace: string;
}

/** Makes everything a topic needs, its queue too. Throws as `registerTopic` of the handlers. */
export async function registerTopic(setup: TopicSetup, registration: TopicRegistration): Promise<void> {
  const { queues, names } = setup;
  await register(registration, {
    ...setup,
    deployedBy: 'embedded',
    prepare: () => {
      queues.ensure(topicQueueArn(names, registration.queueTopic));
    },
  });
}
