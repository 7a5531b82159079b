import { skipSpace, skipString, skipValue } from './json-slice.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;

/** Objects are taken apart by ourselves down to here: far below where any field is looked for. */
const DEEPEST = 32;

/**
 * `JSON.parse`, save that keys which are spelled with escapes are always the keys they mean.
 *
 * V8 13.6 compares a key with the one that stood in the same place of an object before: after an object with the key
 * `"payloa\\"` it may give that very key for `"payloa\u0064"`. What a message says would depend on those before it.
 *
 * @throws {SyntaxError} as `JSON.parse` does.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!hasEscapedKey(text)) return value;
  return parsedValue(text, skipSpace(text, 0), text.length, DEEPEST);
}

function hasEscapedKey(text: string): boolean {
  let backslash = text.indexOf('\\');
  for (let at = text.indexOf('"'); at !== -1 && backslash !== -1; ) {
    const end = skipString(text, at);
    if (backslash < at) backslash = text.indexOf('\\', at);
    if (backslash !== -1 && backslash < end && text.charCodeAt(skipSpace(text, end)) === COLON) return true;
    at = text.indexOf('"', end);
  }
  return false;
}

/** Keys and strings are parsed one by one: then nothing is remembered of others. */
function parsedValue(text: string, start: number, end: number, depth: number): unknown {
  if (depth === 0 || text.charCodeAt(start) !== OPEN_BRACE) return JSON.parse(text.slice(start, end));
  const object = {};
  let at = skipSpace(text, start + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = skipString(text, at);
    const from = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const to = skipValue(text, from);
    // By definition and not by assignment: `__proto__` is a key like any other.
    Object.defineProperty(object, JSON.parse(text.slice(at, keyEnd)) as string, {
      value: parsedValue(text, from, to, depth - 1),
      enumerable: true,
      writable: true,
      configurable: true,
    });
    at = skipSpace(text, to);
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1);
  }
  return object;
}
