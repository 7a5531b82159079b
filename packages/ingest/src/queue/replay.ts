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

/** Reads the attribute's value; null when it is not one. The microseconds may be a number or digits in a string. */
export function parseReplay(text: string): Replay | null {
  const value = parsed(text);
  if (value === null) return null;
  const { sqsMessageId, sentTimestampMs, replays } = value;
  const firstIngestionMicros = microsOf(value['firstIngestionMicros']);
  const isSound =
    typeof sqsMessageId === 'string' &&
    sqsMessageId !== '' &&
    isCount(sentTimestampMs) &&
    isCount(replays) &&
    firstIngestionMicros !== null;
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

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function microsOf(value: unknown): bigint | null {
  if (isCount(value)) return BigInt(value);
  return typeof value === 'string' && /^\d{1,18}$/.test(value) ? BigInt(value) : null;
}
