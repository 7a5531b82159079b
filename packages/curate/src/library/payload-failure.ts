import type { ParseFailure, ParseReason } from '../flatten/parse-failure.js';
import type { NumberOf } from './batch-source.js';

/** Why a payload gives no row. */
export type PayloadCode =
  | ParseReason
  /** A plain object holds something that JSON cannot say: NaN, a cycle, a Map, bytes. */
  | 'NOT_JSON';

/** One payload that gave no row: data, never an exception. */
export interface PayloadFailure {
  /** Row of the whole input, counted from 0 over all batches. */
  readonly row: number;
  readonly code: PayloadCode;
  /** Bytes from the start of the payload to the first one that cannot be right. */
  readonly offset: number;
  /** For people; holds nothing of the payload. */
  readonly message: string;
}

const MESSAGES: Readonly<Record<ParseReason, string>> = {
  NULL_PAYLOAD: 'there is none (null)',
  INVALID_UTF8: 'the bytes are not UTF-8',
  NOT_AN_OBJECT: 'it is JSON, but not an object',
  UNEXPECTED_END: 'it ends before the object does',
  UNEXPECTED_CHARACTER: 'no JSON text goes on so',
  INVALID_NUMBER: 'a number breaks off',
  INVALID_ESCAPE: 'a backslash is followed by something that JSON does not know',
  CONTROL_CHARACTER: 'a raw control character stands in a string',
  TRAILING_BYTES: 'something follows the object',
};

export function payloadFailure({ row, reason, offset }: ParseFailure, numberOf: NumberOf): PayloadFailure {
  const number = numberOf(row);
  const message = `the payload of row ${number} is not a JSON object: ${MESSAGES[reason]}, at byte ${offset}`;
  return { row: number, code: reason, offset, message };
}
