/** Name of the message attribute that a replayed message carries. */
export const REPLAY_ATTRIBUTE = 'lean_ops_replay';

/** Who a replayed message was when it first arrived. Source: docs/dead_letters.md. */
export interface Replay {
  /** The original queue id. */
  readonly sqsMessageId: string;
  /** The original `SentTimestamp`, milliseconds since the epoch. */
  readonly sentTimestampMs: number;
  /** When it was first ingested, or archived where it never was: microseconds since the epoch. */
  readonly firstIngestionMicros: bigint;
  /** How many times it was replayed, this time included. */
  readonly replays: number;
}

/** What replaying can have written: anybody who may send to a queue can set the attribute. */
const EARLIEST_MS = Date.UTC(2000);
const MAX_AHEAD_MS = 86_400_000;
const MAX_REPLAYS = 10_000;
const MAX_ID_LENGTH = 100;

/** The attribute's value for a replay. */
export function formatReplay(replay: Replay): string {
  const { sqsMessageId, sentTimestampMs, firstIngestionMicros, replays } = replay;
  return JSON.stringify({
    sqsMessageId,
    sentTimestampMs,
    firstIngestionMicros: String(firstIngestionMicros),
    replays,
  });
}

/**
 * Reads the attribute's value; null when it is not one, or says what no replay can have written: an id of more than 100
 * characters, more than 10,000 replays, a time before the year 2000 or more than a day ahead of the clock. The
 * microseconds may be a number or digits in a string.
 *
 * @param nowMs Milliseconds since the epoch. Without it no time is too late.
 */
export function parseReplay(text: string, nowMs: number = Number.POSITIVE_INFINITY): Replay | null {
  const value = parsed(text);
  if (value === null) return null;
  const { sqsMessageId, sentTimestampMs, replays } = value;
  const firstIngestionMicros = microsOf(value['firstIngestionMicros']);
  const isSound =
    typeof sqsMessageId === 'string' &&
    sqsMessageId !== '' &&
    sqsMessageId.length <= MAX_ID_LENGTH &&
    isCount(sentTimestampMs) &&
    isWithin(sentTimestampMs, nowMs) &&
    isCount(replays) &&
    replays <= MAX_REPLAYS &&
    firstIngestionMicros !== null &&
    isWithin(Number(firstIngestionMicros) / 1_000, nowMs);
  return isSound ? { sqsMessageId, sentTimestampMs, firstIngestionMicros, replays } : null;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isWithin(milliseconds: number, nowMs: number): boolean {
  return milliseconds >= EARLIEST_MS && milliseconds <= nowMs + MAX_AHEAD_MS;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function microsOf(value: unknown): bigint | null {
  if (isCount(value)) return BigInt(value);
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? BigInt(value) : null;
}
