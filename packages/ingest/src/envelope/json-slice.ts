/**
 * Finds where a member's value stands in a JSON text, so that it can be cut out byte for byte.
 *
 * The text must have passed `JSON.parse`: nothing is validated again, only skipped over. As in `JSON.parse`, the
 * last of several members of one name counts.
 */

/** Offsets into the text, end exclusive. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The value of a member of the object that begins at or after `from`; null when it has no such member. */
export function memberSlice(text: string, name: string, from = 0): Slice | null {
  let found: Slice | null = null;
  let at = skipSpace(text, skipSpace(text, from) + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = skipString(text, at);
    const isNamed = keyIs(text, at, keyEnd, name);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    if (isNamed) found = { start, end };
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return found;
}

/** The value at a path of member names, from the object that begins at or after `from`. */
export function sliceAt(text: string, path: readonly string[], from = 0): Slice | null {
  let slice: Slice | null = { start: from, end: text.length };
  for (const name of path) {
    if (slice === null) return null;
    slice = memberSlice(text, name, slice.start);
  }
  return slice;
}

function keyIs(text: string, start: number, end: number, name: string): boolean {
  if (end - start - 2 === name.length) return text.startsWith(name, start + 1);
  // A key may be spelled with escapes; only then can its text be longer than its name.
  if (end - start - 2 < name.length) return false;
  const token = text.slice(start, end);
  return token.includes('\\') && JSON.parse(token) === name;
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

/** From an opening quote to behind the closing one. */
export function skipString(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
}

export function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === QUOTE) return skipString(text, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(text, from);
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20) return at;
    at += 1;
  }
}

function skipContainer(text: string, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    at += 1;
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if ((code === CLOSE_BRACE || code === CLOSE_BRACKET) && --depth === 0) return at;
  }
}
