import { type ArchivedMessage, classifyError } from '@lean-ops/ingest';
import { DeadLetterError } from '../error.js';
import type { DeadLetterPorts } from '../ports.js';
import { replayMessage } from './replay-message.js';

const ATTEMPTS = 4;
const BACKOFF_MS = 250;

/** What became of sending one message. */
export type SendResult = { readonly sent: true } | { readonly sent: false; readonly detail: string };

/**
 * Sends a message once more: to its queue or, where it is a record behind the queue, to the sink.
 *
 * @throws {DeadLetterError} `REPLAY_INTERRUPTED` when nothing can be sent now.
 */
export async function send(
  message: ArchivedMessage,
  replays: number,
  ports: DeadLetterPorts,
  signal?: AbortSignal,
): Promise<SendResult> {
  const { random, sleep } = ports;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sendOnce(message, replays, ports);
      return { sent: true };
    } catch (error) {
      const refused = error instanceof DeadLetterError && error.code === 'REPLAY_REFUSED';
      if (refused) return { sent: false, detail: error.message };
      const { action, code } = classifyError(error);
      if (action === 'DROP') return { sent: false, detail: `${code}: ${messageOf(error)}` };
      if (attempt === ATTEMPTS) throw interrupted(message, error);
      // Full jitter, as ingestion does.
      await sleep(random.next() * BACKOFF_MS * 2 ** attempt, signal);
    }
  }
}

async function sendOnce(
  message: ArchivedMessage,
  replays: number,
  { queue, sink }: DeadLetterPorts,
): Promise<void> {
  if (message.kind !== 'delivery-failure') return await queue.send(replayMessage(message, replays));
  const bytes = Buffer.from(message.body, 'utf8');
  const [result] = await sink.put([{ topic: message.topic, bytes }]);
  if (result === undefined) {
    throw new DeadLetterError('the sink did not answer for the record', {
      code: 'REPLAY_INTERRUPTED',
      retryable: true,
      context: { id: message.id },
    });
  }
  if (!result.accepted) throw result.error;
}

function interrupted(message: ArchivedMessage, cause: unknown): DeadLetterError {
  return new DeadLetterError(
    `message ${message.id} could not be sent in ${ATTEMPTS} attempts (${messageOf(cause)}): what was sent before is marked; mend the cause and run again, which goes on from here`,
    { code: 'REPLAY_INTERRUPTED', retryable: true, context: { id: message.id, topic: message.topic }, cause },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
