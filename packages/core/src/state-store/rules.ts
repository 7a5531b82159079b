import { canonicalJson } from '../canonical-json.js';
import type { TopicContract } from '../contract/contract.js';
import { CoreError } from '../error.js';
import type { TopicRow, TrackedError, TrackedErrorFilter } from '../ports/state-store.js';
import { tableSafeTopic } from '../topic.js';

/** What every state store refuses, and how every one compares: kept in one place so that they agree. */

/** @throws {CoreError} `TOPIC_NAME_INVALID` when the row's topic is not the table-safe spelling of its queue's. */
export function checkTopicRow(row: TopicRow): void {
  const expected = tableSafeTopic(row.queueTopic);
  if (row.topic === expected) return;
  throw new CoreError(
    `topic ${JSON.stringify(row.topic)} is registered for queue topic ${JSON.stringify(row.queueTopic)}, whose table-safe name is ${JSON.stringify(expected)}: register it under that name`,
    { code: 'TOPIC_NAME_INVALID', context: { topic: row.topic, queueTopic: row.queueTopic, expected } },
  );
}

/** @throws {CoreError} `TOPIC_NAME_COLLISION` when the name is taken by a queue that spells it differently. */
export function checkCollision(row: TopicRow, registeredQueueTopic: string | undefined): void {
  if (registeredQueueTopic === undefined || registeredQueueTopic === row.queueTopic) return;
  throw new CoreError(
    `queue topics ${JSON.stringify(registeredQueueTopic)} and ${JSON.stringify(row.queueTopic)} both become table ${JSON.stringify(row.topic)}: rename one of them`,
    {
      code: 'TOPIC_NAME_COLLISION',
      context: { topic: row.topic, registered: registeredQueueTopic, refused: row.queueTopic },
    },
  );
}

/** A stored row with what it lacks because it was written before there was such a field. */
export function completeRow(stored: TopicRow): TopicRow {
  return { ...WITHOUT, ...stored };
}

const WITHOUT = { schedule: 'every-round', stateBy: null, stateSince: null } satisfies Partial<TopicRow>;

/** Whether a stored row is the one that a caller saw. */
export function isSameRow(stored: TopicRow | null, seen: TopicRow | null): boolean {
  const whole = (row: TopicRow | null): TopicRow | null => (row === null ? null : completeRow(row));
  return canonicalJson(whole(stored)) === canonicalJson(whole(seen));
}

/** @throws {CoreError} `CONTRACT_INVALID` when the version is stored with other content. */
export function checkSameContract(contract: TopicContract, stored: TopicContract): void {
  if (canonicalJson(contract) === canonicalJson(stored)) return;
  throw new CoreError(
    `contract ${contract.topic} ${contract.version} is already stored with other content, and a stored version never changes: raise its version`,
    { code: 'CONTRACT_INVALID', context: { topic: contract.topic, version: contract.version } },
  );
}

export function trackedErrorNotFound(id: string): CoreError {
  return new CoreError(`no archived message is tracked under id ${JSON.stringify(id)}`, {
    code: 'TRACKED_ERROR_NOT_FOUND',
    context: { id },
  });
}

/** A lease's next fencing token: above every token given before, and above those that the tables hold. */
export function nextToken(last: bigint, above: bigint | undefined): bigint {
  return (above !== undefined && above > last ? above : last) + 1n;
}

export function matchesFilter(error: TrackedError, filter: TrackedErrorFilter): boolean {
  return (
    (filter.topic === undefined || error.topic === filter.topic) &&
    (filter.kind === undefined || error.kind === filter.kind) &&
    (filter.status === undefined || error.status === filter.status) &&
    (filter.errorClass === undefined || error.errorClass === filter.errorClass) &&
    (filter.since === undefined || error.firstSeenAt >= filter.since) &&
    (filter.until === undefined || error.firstSeenAt <= filter.until)
  );
}
