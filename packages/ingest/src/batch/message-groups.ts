import type { QueueMessage } from '../queue/queue-message.js';

/** Receives of a failing message after which its group no longer waits for it. */
const PATIENCE = 3;

/**
 * Indices of the messages that stand behind a failed one of their message group in a FIFO queue.
 *
 * A queue delivers a group in order only if, from the first failure on, nothing of it is acknowledged. Standard queues
 * may name groups too, for fairness between them; these have no order. Source: AWS Lambda developer guide, "Handling
 * errors for an SQS event source".
 *
 * A message that keeps failing is on its way to the dead-letter queue, and order is lost with it: from its third receive on
 * nothing stands behind it, or those that wait with it would be received too often as well.
 */
export function behindFailures(
  messages: readonly QueueMessage[],
  hasFailed: (index: number) => boolean,
): number[] {
  const behind: number[] = [];
  const stopped = new Set<string>();
  for (let index = 0; index < messages.length; index += 1) {
    const { queueArn, groupId, receiveCount } = messages[index]!;
    if (groupId === undefined) continue;
    const isBehind = stopped.size > 0 && stopped.has(`${queueArn} ${groupId}`);
    if (isBehind) behind.push(index);
    else if (!(receiveCount >= PATIENCE) && hasFailed(index) && queueArn.endsWith('.fifo'))
      stopped.add(`${queueArn} ${groupId}`);
  }
  return behind;
}
