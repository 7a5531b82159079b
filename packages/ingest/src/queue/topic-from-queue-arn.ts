import { CoreError, tableSafeTopic } from '@lean-ops/core';

export interface QueueTopic {
  /** Table-safe name. */
  readonly topic: string;
  /** As the queue spells it; may hold hyphens. */
  readonly queueTopic: string;
  readonly fifo: boolean;
}

export interface QueueNaming {
  /** First part of every queue name. */
  readonly project: string;
  /** Second part of every queue name. */
  readonly environment: string;
}

const QUEUE_ARN = /^arn:[^:]+:sqs:[^:]*:[^:]*:([^:]+)$/;
const FIFO_SUFFIX = '.fifo';
const QUEUE_SUFFIX = '-queue';

/**
 * The topic whose queue an ARN names: `{project}-{environment}-{topic}-queue[.fifo]`.
 *
 * The topic is never guessed: null for any other name, and for one that cannot name a table.
 * Source: docs/layer_definitions.md, "Envelope".
 *
 * @example
 * topicFromQueueArn('arn:aws:sqs:eu-west-1:1:lean-ops-dev-user-logins-queue', { project: 'lean-ops', environment: 'dev' });
 * // { topic: 'user_logins', queueTopic: 'user-logins', fifo: false }
 */
export function topicFromQueueArn(arn: string, naming: QueueNaming): QueueTopic | null {
  const queue = QUEUE_ARN.exec(arn)?.[1];
  if (queue === undefined) return null;
  const fifo = queue.endsWith(FIFO_SUFFIX);
  const name = fifo ? queue.slice(0, -FIFO_SUFFIX.length) : queue;
  const prefix = `${naming.project}-${naming.environment}-`;
  if (!name.startsWith(prefix) || !name.endsWith(QUEUE_SUFFIX)) return null;
  const queueTopic = name.slice(prefix.length, -QUEUE_SUFFIX.length);
  try {
    return { topic: tableSafeTopic(queueTopic), queueTopic, fifo };
  } catch (error) {
    if (error instanceof CoreError) return null;
    throw error;
  }
}
