/**
 * Times that the rehearsal shortens: a message would otherwise take an hour to reach the dead-letter queue. Nothing else
 * of the settings is changed.
 */
export interface Hurry {
  /** Visibility timeout of the topic queues, seconds: at least a batch's time, or messages come twice. */
  readonly topicVisibilitySeconds: number;
  readonly centralVisibilitySeconds: number;
  /** Window of the mappings of topic queues, seconds. */
  readonly windowSeconds: number;
  /** How long Firehose waits for more records, seconds. */
  readonly bufferSeconds: number;
}

/** What a rehearsal of minutes can wait for. */
export const REHEARSAL_HURRY: Hurry = {
  topicVisibilitySeconds: 20,
  centralVisibilitySeconds: 5,
  windowSeconds: 1,
  bufferSeconds: 6,
};
