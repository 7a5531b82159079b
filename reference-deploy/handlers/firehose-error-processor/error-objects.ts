import type { SQSRecord } from 'aws-lambda';
import { HandlerError } from '../shared/error.js';

/** An object under Firehose's error prefix. */
export interface ErrorObject {
  readonly bucket: string;
  readonly key: string;
  /** When it was written, milliseconds since the epoch; 0 where the notification does not say. */
  readonly writtenMs: number;
}

interface Notification {
  readonly Event?: unknown;
  readonly Records?: readonly {
    readonly eventTime?: unknown;
    readonly s3?: {
      readonly bucket?: { readonly name?: unknown };
      readonly object?: { readonly key?: unknown };
    };
  }[];
}

/**
 * The objects that a queued S3 notification names. None for the notification with which S3 tries a queue out.
 *
 * @throws {HandlerError} `EVENT_INVALID` for any other message.
 */
export function errorObjects(message: SQSRecord): readonly ErrorObject[] {
  const notification = parsed(message.body);
  if (notification?.Event === 's3:TestEvent') return [];
  const records = notification?.Records;
  if (!Array.isArray(records) || records.length === 0) throw invalid(message);
  return (records as NonNullable<Notification['Records']>).map((record) => {
    const { s3, eventTime } = record ?? {};
    const bucket = s3?.bucket?.name;
    const key = s3?.object?.key;
    if (typeof bucket !== 'string' || typeof key !== 'string') throw invalid(message);
    return { bucket, key: decodedKey(key), writtenMs: millisecondsOf(eventTime) };
  });
}

function millisecondsOf(time: unknown): number {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}

/** Keys in notifications are encoded as in a form. */
function decodedKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

function parsed(body: string): Notification | null {
  try {
    return JSON.parse(body) as Notification | null;
  } catch {
    return null;
  }
}

function invalid(message: SQSRecord): HandlerError {
  return new HandlerError(
    `message ${message.messageId} is no notification of S3: check what is connected to the queue ${message.eventSourceARN}`,
    { code: 'EVENT_INVALID', context: { sqsMessageId: message.messageId } },
  );
}
