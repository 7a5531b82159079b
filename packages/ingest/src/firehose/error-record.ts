import type { UndeliveredRecord } from './delivery-failure.js';

/** Greatest time that is still taken for seconds: in milliseconds it is a day of 1973. */
const LAST_SECOND = 100_000_000_000;
const MESSAGE_LENGTH = 1_000;

/**
 * One line of an object under Firehose's error prefix: what the transform failed, and what could not be delivered.
 * Null for anything else.
 *
 * Source: Firehose developer guide, "Handle failure in data transformation" and "Handle data delivery failures". The
 * two spell the error's code in three ways, times are numbers or digits, in milliseconds or seconds.
 */
export function parseErrorRecord(line: string): UndeliveredRecord | null {
  const fields = fieldsOf(line);
  const data = bytesOf(fields?.['rawData'] ?? fields?.['EncodedRawData']);
  if (fields === null || data === null) return null;
  const code = fields['errorCode'] ?? fields['lastErrorCode'] ?? fields['ErrorCode'];
  const message = fields['errorMessage'] ?? fields['lastErrorMessage'] ?? fields['ErrorMessage'];
  return {
    data,
    arrivedMs: millisecondsOf(fields['arrivalTimestamp']),
    code: typeof code === 'string' && code !== '' ? code : 'DELIVERY_FAILED',
    message: typeof message === 'string' ? message.slice(0, MESSAGE_LENGTH) : '',
  };
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value !== 'string') return null;
  const bytes = Buffer.from(value, 'base64');
  // Buffer passes over what is not base64; only text that comes back the same was.
  return bytes.toString('base64').replace(/=+$/, '') === value.replace(/=+$/, '') ? bytes : null;
}

function millisecondsOf(value: unknown): number {
  const time = Number(value);
  if (!Number.isSafeInteger(time) || time < 0) return 0;
  return time <= LAST_SECOND ? time * 1_000 : time;
}
