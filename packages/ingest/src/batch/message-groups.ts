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
  const stopped = new Set<string>();
  for (let index = 0; index < messages.length; index += 1) {
    const { queueArn, groupId } = messages[index]!;
    if (groupId === undefined) continue;
    const isBehind = stopped.size > 0 && stopped.has(`${queueArn} ${groupId}`);
    if (isBehind) behind.push(index);
    else if (hasFailed(index) && queueArn.endsWith('.fifo')) stopped.add(`${queueArn} ${groupId}`);
  }
  return behind;
}
