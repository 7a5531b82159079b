/** What was odd about a message that was taken all the same. */
export type EnvelopeDriftKind =
  /** A period that is not `YYYY-MM`: null is written. */
  | 'INVALID_PERIOD'
  /** A publish time that is no instant: the queue's is used. */
  | 'INVALID_PUBLISH_TIME'
  /** A publish time before 2000 or more than a day ahead: the queue's is used. */
  | 'IMPLAUSIBLE_PUBLISH_TIME'
  /** A publish time with digits beyond the microseconds: they stay in the body only. */
  | 'TRUNCATED_PUBLISH_TIME'
  /** A `SentTimestamp` that is no time before the year 10000: the processor's clock is used. */
  | 'INVALID_SENT_TIMESTAMP'
  /** An id that is neither text nor number: it is passed over. */
  | 'UNUSABLE_ID'
  /** An id with half a surrogate pair, which UTF-8 cannot hold: its JSON token is used. */
  | 'LONE_SURROGATE';

export interface EnvelopeDrift {
  readonly kind: EnvelopeDriftKind;
  /** The envelope column. */
  readonly field: string;
  /** Where the value stood. */
  readonly path: string;
  /** The value, cut to 100 characters; of an object or array only that it is one. May be sensitive. */
  readonly sample: string;
}

const SAMPLE_LENGTH = 100;

export function envelopeDrift(
  kind: EnvelopeDriftKind,
  field: string,
  path: string,
  value: unknown,
): EnvelopeDrift {
  return { kind, field, path, sample: sampleOf(value).slice(0, SAMPLE_LENGTH).toWellFormed() };
}

/** Never printed: a value nested deep enough would overflow the stack. */
function sampleOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? '(array)' : '(object)';
}
