import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Random } from '@lean-ops/core';
import { DeadLetterError } from '../../dead-letters/error.js';
import type { ReplayMessage, ReplayQueue } from '../../dead-letters/ports.js';
import { inDurableTransaction } from '../database.js';
import type { QueueStore } from './queue-store.js';

export interface EmbeddedReplayQueueOptions {
  readonly database: DatabaseSync;
  readonly queues: QueueStore;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Sends to the embedded queues under a new id, as SQS does. The send log is left alone: the message was sent long ago.
 */
export class EmbeddedReplayQueue implements ReplayQueue {
  readonly #options: EmbeddedReplayQueueOptions;

  constructor(options: EmbeddedReplayQueueOptions) {
    this.#options = options;
  }

  async send({ queueArn, body, attributes }: ReplayMessage): Promise<void> {
    const { database, queues, clock, random } = this.#options;
    if (!body.isWellFormed()) {
      throw new DeadLetterError('the body holds half of a surrogate pair, which no queue can carry', {
        code: 'REPLAY_REFUSED',
      });
    }
    inDurableTransaction(database, () => {
      queues.enqueue(queues.ensure(queueArn), {
        messageId: random.uuid(),
        body,
        sentTimestampMs: clock.now(),
        attributes,
      });
    });
  }
}
