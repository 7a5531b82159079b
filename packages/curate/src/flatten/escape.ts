import { BACKSLASH, HEX, LOWER_U } from './bytes.js';

/** Whether the last {@link unescapeString} met an escape for half of a surrogate pair, which UTF-8 cannot hold. */
export const unescaped: { loneSurrogate: boolean } = { loneSurrogate: false };

/**
 * Writes what a valid JSON string means: `source[start..end)` is what stands between its quotes. The result is never
 * longer than the source, so `target` needs `end - start` bytes from `at` on.
 *
 * A lone surrogate is written as three bytes, as if it were a character ("WTF-8"), and flagged: good for telling keys
 * apart, never to be stored as text.
 *
 * @returns the position in `target` behind the last byte written.
 */
export function unescapeString(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  unescaped.loneSurrogate = false;
  let from = start;
  let to = at;
  while (from < end) {
    const byte = source[from]!;
    if (byte !== BACKSLASH) {
      target[to++] = byte;
      from++;
    } else if (source[from + 1] !== LOWER_U) {
      target[to++] = SHORT[source[from + 1]!]!;
      from += 2;
    } else {
      let code = hex4(source, from + 2);
      from += 6;
      if ((code & 0xfc00) === 0xd800 && from + 5 < end && isLowSurrogateEscape(source, from)) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (hex4(source, from + 2) & 0x3ff);
        from += 6;
      } else if ((code & 0xf800) === 0xd800) {
        unescaped.loneSurrogate = true;
      }
      to = writeCodePoint(target, to, code);
    }
  }
  return to;
}

/** What `\b` and its like stand for. */
const SHORT: Uint8Array = new Uint8Array(256);
for (const [letter, meaning] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  SHORT[letter!.charCodeAt(0)] = meaning!.charCodeAt(0);
}

function isLowSurrogateEscape(source: Uint8Array, at: number): boolean {
  return source[at] === BACKSLASH && source[at + 1] === LOWER_U && (hex4(source, at + 2) & 0xfc00) === 0xdc00;
}

function hex4(source: Uint8Array, at: number): number {
  return (
    (HEX[source[at]!]! << 12) |
    (HEX[source[at + 1]!]! << 8) |
    (HEX[source[at + 2]!]! << 4) |
    HEX[source[at + 3]!]!
  );
}

function writeCodePoint(target: Uint8Array, at: number, code: number): number {
  let to = at;
  if (code < 0x80) {
    target[to++] = code;
  } else if (code < 0x800) {
    target[to++] = 0xc0 | (code >> 6);
    target[to++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    target[to++] = 0xe0 | (code >> 12);
    target[to++] = 0x80 | ((code >> 6) & 0x3f);
    target[to++] = 0x80 | (code & 0x3f);
  } else {
    target[to++] = 0xf0 | (code >> 18);
    target[to++] = 0x80 | ((code >> 12) & 0x3f);
    target[to++] = 0x80 | ((code >> 6) & 0x3f);
    target[to++] = 0x80 | (code & 0x3f);
  }
  return to;
}
