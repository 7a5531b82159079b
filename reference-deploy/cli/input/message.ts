import { createHash } from 'node:crypto';

/** A message to send, wherever it was read. */
export interface InputMessage {
  readonly body: string;
  readonly sqsMessageId: string;
  /** Milliseconds since the epoch. */
  readonly sentTimestampMs: number;
  readonly queueArn?: string;
}

/**
 * The SQS id of an event that stands in a file: a hash of the file's name, the line's number and its bytes in the form
 * of a UUID. The same line of the same file is the same message, however often it is sent.
 */
export function sqsIdOfLine(file: string, line: number, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(file, 'utf8').update(`\0${line}\0`).update(bytes).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
