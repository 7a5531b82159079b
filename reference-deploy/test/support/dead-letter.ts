import type { Platform } from '../../local/index.js';

/** What becomes of {@link leaveDeadLetter}'s message. */
export const DEAD_LETTER = {
  topic: 'visits',
  kind: 'dead-letter',
  sqsMessageId: 'never-works',
  body: '{"id":"cut off',
  errorCode: 'RECEIVED_TOO_OFTEN',
} as const;

/**
 * Leaves a message in the dead-letter queue: the processor could not quarantine it however often it tried, nor can the
 * dead-letter processor archive it until the archive takes something again.
 */
export async function leaveDeadLetter(platform: Platform): Promise<void> {
  const { topic: queueTopic, sqsMessageId, body } = DEAD_LETTER;
  await platform.send([{ queueTopic, body, sqsMessageId, sentTimestampMs: Date.UTC(2026, 0, 15, 8) }]);
  const put = platform.archive.put.bind(platform.archive);
  Object.assign(platform.archive, { put: () => Promise.reject(new Error('no space')) });
  const code = await platform.pump().then(
    () => null,
    (error: { code?: unknown }) => error.code,
  );
  Object.assign(platform.archive, { put });
  if (code !== 'DEAD_LETTERS_STUCK') throw new Error(`the message is not in the dead-letter queue: ${code}`);
}

/** The dead letters that the tracker knows, with what the archive holds of each. */
export async function archivedDeadLetters(platform: Platform): Promise<unknown[]> {
  const letters: unknown[] = [];
  for await (const { archiveKey, topic, kind, sqsMessageId, errorCode } of platform.state.errors.list({
    kind: 'dead-letter',
  })) {
    const { body } = await platform.archive.get(archiveKey);
    letters.push({ topic, kind, sqsMessageId, body, errorCode });
  }
  return letters;
}
