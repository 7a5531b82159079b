/**
 * Names of the points at which `hooks.at` is called: wherever a process that dies leaves something half done.
 *
 * Jobs add their own, as `standardize:<point>` and `curate:<point>` with the points of `JobPoint`; every commit of
 * a table adds `commit:before:<namespace>.<table>` and `commit:after:<namespace>.<table>`.
 */
export const CRASH_POINTS = [
  /** Messages are hidden in the queue, the processor has not seen them. */
  'queue:received',
  /** The Firehose buffer has a batch of records, the queue still holds their messages. */
  'sink:accepted',
  /** The messages are gone from the queue. */
  'queue:acknowledged',
  /** Records are claimed for delivery. */
  'firehose:claimed',
  /** A topic's records are transformed, RAW does not have them. */
  'raw:before-commit',
  /** RAW has them, and so has the buffer. */
  'raw:after-commit',
  /** They are gone from the buffer. */
  'firehose:removed',
  /** Dead letters are archived, the dead-letter queue still holds them. */
  'dead-letter:archived',
] as const;
