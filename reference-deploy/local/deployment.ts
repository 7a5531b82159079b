import { type Clock, type Sleep, type StateStore, tableSafeTopic } from '@lean-ops/core';
import type { Catalog } from '@lean-ops/iceberg';
import type { DeployPorts } from '../contract/deploy/ports.js';
import type { TaskCaller } from '../dead-letters/ports.js';
import type { BufferStore } from './firehose/buffer-store.js';
import { LEASE_TTL_MS } from './functions.js';
import { releaseDeadLease } from './orchestrator.js';
import { type DeploymentNames, topicQueueArn } from './queue/arns.js';
import type { QueueStore } from './queue/queue-store.js';

export interface DeploymentParts {
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly queues: QueueStore;
  readonly buffer: BufferStore;
  readonly names: DeploymentNames;
  readonly tasks: TaskCaller;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly at: (point: string) => void | Promise<void>;
  readonly rebuild: DeployPorts['rebuild'];
}

/** The embedded platform as contracts are deployed to it: a topic's queue is made with it. */
export function embeddedDeployment(parts: DeploymentParts): DeployPorts {
  const { catalog, state, queues, buffer, names, tasks, clock, sleep, at, rebuild } = parts;
  return {
    catalog,
    state,
    tasks,
    clock,
    sleep,
    at,
    rebuild,
    leaseTtlMs: LEASE_TTL_MS,
    releaseDead: (resource) => releaseDeadLease(state.leases, resource),
    documents: { placeOf: () => null, put: async () => {} },
    surroundings: {
      spellingOf: () => undefined,
      missing: async (queueTopic) => {
        const arn = topicQueueArn(names, queueTopic);
        return queues.list().some((queue) => queue.arn === arn) ? [] : [`make queue ${arn}`];
      },
      make: async (queueTopic) => {
        queues.ensure(topicQueueArn(names, queueTopic));
      },
      waiting: async (queueTopic) => {
        const arn = topicQueueArn(names, queueTopic);
        const inQueue = Array.from(queues.messageIds(arn)).length;
        const inBuffer = Array.from(buffer.pending(tableSafeTopic(queueTopic))).length;
        return [
          ...(inQueue === 0 ? [] : [`${inQueue} messages are in its queue`]),
          ...(inBuffer === 0 ? [] : [`${inBuffer} records are on their way to RAW`]),
        ];
      },
      keeping: async () => null,
    },
  };
}
