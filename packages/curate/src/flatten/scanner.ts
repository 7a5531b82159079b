import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  HEX,
  isDigit,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  LOWER_U,
  MINUS,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  PLAIN,
  PLUS,
  POINT,
  QUOTE,
  UPPER_E,
  ZERO,
} from './bytes.js';
import type { ParseReason } from './parse-failure.js';

/*
 * Every function takes (source, position, end), reads one piece of JSON that starts at `position`, and returns the
 * position behind it; or `~offset` (a negative number) when the byte at `offset` is wrong, with the reason in
 * `fault`. `offset === end` means that the text stops too early. Nothing is allocated and nothing recurses into
 * nested values, so any depth fits the stack. Grammar: RFC 8259. UTF-8 validity is utf8.ts's matter: here a
 * byte above 0x7f is a plain string byte.
 */

/** Why the last scan failed. Scanning is synchronous, so one place is enough and no result needs an object. */
export const fault: { reason: ParseReason } = { reason: 'UNEXPECTED_CHARACTER' };

/** Marks a failure at `offset`; the text's end always reads as `UNEXPECTED_END`. */
export function fail(reason: ParseReason, offset: number, end: number): number {
  fault.reason = offset >= end ? 'UNEXPECTED_END' : reason;
  return ~Math.min(offset, end);
}

export function skipSpace(source: Uint8Array, position: number, end: number): number {
  let at = position;
  while (at < end) {
    const byte = source[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return at;
    at++;
  }
  return at;
}

/** First byte from `position` on that a string cannot hold as it is: its quote, an escape, or a fault. */
export function plainEnd(source: Uint8Array, position: number, end: number): number {
  let at = position;
  while (at < end && PLAIN[source[at]!] === 1) at++;
  return at;
}

/** A string whose opening quote is at `position`. */
export function scanString(source: Uint8Array, position: number, end: number): number {
  return scanStringRest(source, plainEnd(source, position + 1, end), end);
}

/** The rest of a string from any of its bytes on, up to and with the closing quote. */
export function scanStringRest(source: Uint8Array, position: number, end: number): number {
  let at = position;
  for (;;) {
    at = plainEnd(source, at, end);
    if (at >= end) return fail('UNEXPECTED_END', end, end);
    const byte = source[at]!;
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return fail('CONTROL_CHARACTER', at, end);
    at = scanEscape(source, at + 1, end);
    if (at < 0) return at;
  }
}

/** What follows the backslash. */
function scanEscape(source: Uint8Array, position: number, end: number): number {
  if (position >= end) return fail('UNEXPECTED_END', end, end);
  switch (source[position]) {
    case 0x22: // "
    case 0x5c: // \
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return position + 1;
    case LOWER_U:
      for (let digit = 1; digit <= 4; digit++) {
        if (position + digit >= end || HEX[source[position + digit]!] === 255) {
          return fail('INVALID_ESCAPE', position + digit, end);
        }
      }
      return position + 5;
    default:
      return fail('INVALID_ESCAPE', position, end);
  }
}

/** A number that starts (with a digit or a minus) at `position`. */
export function scanNumber(source: Uint8Array, position: number, end: number): number {
  let at = position;
  if (source[at] === MINUS) at++;
  if (at >= end || !isDigit(source[at])) return fail('INVALID_NUMBER', at, end);
  at = source[at] === ZERO ? at + 1 : skipDigits(source, at, end);
  if (at < end && source[at] === POINT) {
    at++;
    if (at >= end || !isDigit(source[at])) return fail('INVALID_NUMBER', at, end);
    at = skipDigits(source, at, end);
  }
  if (at < end && (source[at] === LOWER_E || source[at] === UPPER_E)) {
    at++;
    if (at < end && (source[at] === PLUS || source[at] === MINUS)) at++;
    if (at >= end || !isDigit(source[at])) return fail('INVALID_NUMBER', at, end);
    at = skipDigits(source, at, end);
  }
  return at;
}

function skipDigits(source: Uint8Array, position: number, end: number): number {
  let at = position;
  while (at < end) {
    const byte = source[at]!;
    if (byte < ZERO || byte > NINE) return at;
    at++;
  }
  return at;
}

const TRUE = [...Buffer.from('true')];
const FALSE = [...Buffer.from('false')];
const NULL = [...Buffer.from('null')];

/** `true`, `false` or `null`, chosen by its first byte. */
export function scanWord(source: Uint8Array, position: number, end: number): number {
  const first = source[position];
  const word = first === LOWER_T ? TRUE : first === LOWER_F ? FALSE : first === LOWER_N ? NULL : null;
  if (word === null) return fail('UNEXPECTED_CHARACTER', position, end);
  for (let index = 1; index < word.length; index++) {
    const at = position + index;
    if (at >= end || source[at] !== word[index]) return fail('UNEXPECTED_CHARACTER', at, end);
  }
  return position + word.length;
}

function scanScalar(source: Uint8Array, position: number, end: number): number {
  if (position >= end) return fail('UNEXPECTED_END', end, end);
  const byte = source[position]!;
  if (byte === QUOTE) return scanString(source, position, end);
  if (byte === MINUS || isDigit(byte)) return scanNumber(source, position, end);
  return scanWord(source, position, end);
}

/** Open containers, one byte each: 1 object, 0 array. Grows with the deepest value seen. */
let containers = new Uint8Array(64);

/** Any value that starts at `position`, whatever its depth: checked in full, nothing built. */
export function skipValue(source: Uint8Array, position: number, end: number): number {
  const first = source[position];
  if (position >= end || (first !== OPEN_OBJECT && first !== OPEN_ARRAY)) {
    return scanScalar(source, position, end);
  }
  let depth = 0;
  let at = position;
  for (;;) {
    // Here a value starts at `at`.
    const byte = at < end ? source[at]! : 0;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      const object = byte === OPEN_OBJECT;
      at = skipSpace(source, at + 1, end);
      if (at < end && source[at] === (object ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        at++;
      } else {
        if (depth === containers.length) containers = grown(containers);
        containers[depth++] = object ? 1 : 0;
        if (object) at = scanKey(source, at, end);
        if (at < 0) return at;
        continue;
      }
    } else {
      at = scanScalar(source, at, end);
      if (at < 0) return at;
    }
    at = closeContainers(source, at, end, depth);
    if (at < 0) return at;
    depth = remaining;
    if (depth === 0) return at;
  }
}

/** How many containers {@link closeContainers} left open: its second result. */
let remaining = 0;

/** After a value: closes what ends here and stops where the next value starts (or everything is closed). */
function closeContainers(source: Uint8Array, position: number, end: number, open: number): number {
  let at = position;
  remaining = open;
  while (remaining > 0) {
    at = skipSpace(source, at, end);
    const byte = at < end ? source[at]! : 0;
    const object = containers[remaining - 1] === 1;
    if (byte === COMMA) {
      at = skipSpace(source, at + 1, end);
      return object ? scanKey(source, at, end) : at;
    }
    if (byte !== (object ? CLOSE_OBJECT : CLOSE_ARRAY)) return fail('UNEXPECTED_CHARACTER', at, end);
    at++;
    remaining--;
  }
  return at;
}

/** A key with its colon; stops where the value starts. */
function scanKey(source: Uint8Array, position: number, end: number): number {
  if (position >= end || source[position] !== QUOTE) return fail('UNEXPECTED_CHARACTER', position, end);
  const at = scanString(source, position, end);
  return at < 0 ? at : scanColon(source, at, end);
}

/** The colon after a key, with white space on both sides. */
export function scanColon(source: Uint8Array, position: number, end: number): number {
  const at = skipSpace(source, position, end);
  if (at >= end || source[at] !== COLON) return fail('UNEXPECTED_CHARACTER', at, end);
  return skipSpace(source, at + 1, end);
}

/** One whole JSON text: white space, a value, white space, and nothing else. */
export function scanText(source: Uint8Array, position: number, end: number): number {
  const valueEnd = skipValue(source, skipSpace(source, position, end), end);
  return valueEnd < 0 ? valueEnd : scanEnd(source, valueEnd, end);
}

/** What may follow the value: white space. */
export function scanEnd(source: Uint8Array, position: number, end: number): number {
  const at = skipSpace(source, position, end);
  return at < end ? fail('TRAILING_BYTES', at, end) : at;
}

function grown(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
