import type { QueueMessage } from '../queue/queue-message.js';

/**
 * Indices of the messages that stand behind a failed one of their message group in a FIFO queue.
 *
 * A queue delivers a group in order only if, from the first failure on, nothing of it is acknowledged. Standard queues
 * may name groups too, for fairness between them; these have no order. Source: AWS Lambda developer guide, "Handling
 * errors for an SQS event source".
 */
export function behindFailures(
  messages: readonly QueueMessage[],
  hasFailed: (index: number) => boolean,
): number[] {
  const behind: number[] = [];
  const stopped = new Map<string, Set<string>>();
  for (const [index, { queueArn, groupId }] of messages.entries()) {
    if (groupId === undefined || !queueArn.endsWith('.fifo')) continue;
    const groups = stopped.get(queueArn);
    if (groups?.has(groupId)) behind.push(index);
    else if (hasFailed(index)) {
      if (groups === undefined) stopped.set(queueArn, new Set([groupId]));
      else groups.add(groupId);
    }
  }
  return behind;
}
