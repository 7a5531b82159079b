import { CoreError } from './error.js';

const TABLE_SAFE = /^[a-z][a-z0-9_]*$/;
/** Where messages are counted whose queue is no topic's: a topic of that name would be mixed up with them. */
const UNKNOWN = 'unknown';
const RESERVED_SUFFIXES = ['_staging', '_errors', '_parse_errors'];

/**
 * The table-safe spelling of a topic: lower case, hyphens as underscores.
 *
 * @throws {CoreError} `TOPIC_NAME_INVALID` when the result is not `[a-z][a-z0-9_]*`, ends in a reserved suffix
 * or is `unknown`.
 * @example tableSafeTopic('user-logins'); // 'user_logins'
 */
export function tableSafeTopic(queueTopic: string): string {
  const topic = queueTopic.toLowerCase().replaceAll('-', '_');
  if (!TABLE_SAFE.test(topic)) {
    throw new CoreError(
      `topic ${JSON.stringify(queueTopic)} cannot name a table: use letters, digits, hyphens and underscores, starting with a letter`,
      { code: 'TOPIC_NAME_INVALID', context: { topic: queueTopic } },
    );
  }
  if (topic === UNKNOWN) {
    throw new CoreError(
      `topic ${JSON.stringify(queueTopic)} is where messages of unknown queues are kept: choose another name`,
      { code: 'TOPIC_NAME_INVALID', context: { topic: queueTopic } },
    );
  }
  const reserved = RESERVED_SUFFIXES.find((suffix) => topic.endsWith(suffix));
  if (reserved !== undefined) {
    throw new CoreError(
      `topic ${JSON.stringify(queueTopic)} ends in ${JSON.stringify(reserved)}, which names a side table: choose another name`,
      { code: 'TOPIC_NAME_INVALID', context: { topic: queueTopic, suffix: reserved } },
    );
  }
  return topic;
}
