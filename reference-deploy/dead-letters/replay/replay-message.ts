import { type ArchivedMessage, formatReplay, REPLAY_ATTRIBUTE, type Replay } from '@lean-ops/ingest';
import type { ReplayMessage } from '../ports.js';

/** An archived message as it goes back to its queue: itself, marked with who it was when it first arrived. */
export function replayMessage(message: ArchivedMessage, replays: number): ReplayMessage {
  return {
    queueArn: message.queueArn,
    body: message.body,
    attributes: {
      ...message.attributes,
      [REPLAY_ATTRIBUTE]: formatReplay(firstIdentity(message, replays)),
    },
    deduplicationId: `${message.id}-${replays}`,
  };
}

function firstIdentity(message: ArchivedMessage, replays: number): Replay {
  const { sqsMessageId, sentTimestampMs, firstIngestionMicros } = message;
  const isTime = Number.isSafeInteger(sentTimestampMs) && sentTimestampMs >= 0;
  return {
    sqsMessageId,
    // Where the queue gave no time that can be read, ingestion takes its own: the replay must come to the same.
    sentTimestampMs: isTime ? sentTimestampMs : Number(firstIngestionMicros / 1_000n),
    firstIngestionMicros,
    replays,
  };
}
