/** Why a payload is not a JSON object. Stable: it is stored in `standardized.{topic}_parse_errors`. */
export type ParseReason =
  /** No payload at all (null). */
  | 'NULL_PAYLOAD'
  /** The bytes are not UTF-8; the offset is the first byte of the ill-formed sequence. */
  | 'INVALID_UTF8'
  /** Valid JSON, but not an object; the offset is the value's first byte. */
  | 'NOT_AN_OBJECT'
  /** The text stops before the value does; the offset is its length. */
  | 'UNEXPECTED_END'
  | 'UNEXPECTED_CHARACTER'
  /** A number breaks off: no digit where one must be. */
  | 'INVALID_NUMBER'
  /** A backslash in a string is followed by something JSON does not know. */
  | 'INVALID_ESCAPE'
  /** A raw byte below 0x20 in a string. */
  | 'CONTROL_CHARACTER'
  /** Something other than white space follows the value. */
  | 'TRAILING_BYTES';

/**
 * One payload that is not a JSON object.
 *
 * `offset` counts bytes from the start of the payload: the first byte with which no JSON text can go on, so that
 * everything before it is the beginning of some valid text.
 */
export interface ParseFailure {
  /** Row of the payload column. */
  readonly row: number;
  readonly reason: ParseReason;
  readonly offset: number;
}
