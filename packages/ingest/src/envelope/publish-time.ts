import type { PublishTimeSource } from '@lean-ops/core';
import { type EnvelopeDrift, envelopeDrift } from './envelope-drift.js';
import type { SplitPath } from './field-paths.js';
import { parseInstant } from './instant.js';
import { findValue, type ParsedObject } from './look-up.js';

const YEAR_2000 = 946_684_800_000_000n;
const DAY = 86_400_000_000n;

export interface PublishTime {
  readonly micros: bigint;
  readonly source: PublishTimeSource;
}

/**
 * The producer's time where it gave a plausible one, else the queue's.
 *
 * A string is read as RFC 3339 with offset, a whole number as milliseconds since the epoch. A number that meant
 * seconds lies before 2000 and is therefore never taken for a time.
 */
export function publishTime(
  body: ParsedObject,
  paths: readonly SplitPath[],
  sentMicros: bigint,
  nowMicros: bigint,
  drift: EnvelopeDrift[],
): PublishTime {
  const found = findValue(body, paths);
  if (found === null) return { micros: sentMicros, source: 'sqs' };
  const { value, path } = found;
  const note = (kind: EnvelopeDrift['kind']): void => {
    drift.push(envelopeDrift(kind, 'publish_time', path.text, value));
  };
  const instant = instantOf(value);
  if (instant === null) {
    note('INVALID_PUBLISH_TIME');
    return { micros: sentMicros, source: 'sqs' };
  }
  if (instant.micros < YEAR_2000 || instant.micros > nowMicros + DAY) {
    note('IMPLAUSIBLE_PUBLISH_TIME');
    return { micros: sentMicros, source: 'sqs' };
  }
  if (!instant.exact) note('TRUNCATED_PUBLISH_TIME');
  return { micros: instant.micros, source: 'producer' };
}

function instantOf(value: unknown): { micros: bigint; exact: boolean } | null {
  if (typeof value === 'string') return parseInstant(value);
  return Number.isSafeInteger(value) ? { micros: BigInt(value as number) * 1000n, exact: true } : null;
}
