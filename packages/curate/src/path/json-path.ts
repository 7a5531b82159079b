import { CurateError } from '../error.js';

export { formatPath, pathHash } from '@lean-ops/core';

const SEGMENT =
  /\.([A-Za-z0-9_-]+)|\['((?:[^'\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)'\]|\["((?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)"\]/y;

/**
 * Reads the keys of a JSON path: the inverse of {@link formatPath}, which also takes double quotes.
 *
 * @throws {CurateError} `PATH_INVALID` when the text is not such a path.
 * @example parsePath("$.a['we.ird']"); // ['a', 'we.ird']
 */
export function parsePath(text: string): readonly string[] {
  const keys: string[] = [];
  let position = text.startsWith('$') ? 1 : -1;
  while (position >= 0 && position < text.length) {
    SEGMENT.lastIndex = position;
    const match = SEGMENT.exec(text);
    if (match === null) break;
    keys.push(match[1] ?? unescapeKey(match[2] ?? match[3] ?? ''));
    position = SEGMENT.lastIndex;
  }
  if (position !== text.length) {
    throw new CurateError(
      `${JSON.stringify(text)} is not a JSON path (at character ${Math.max(position, 0)}): write "$.key.key", and "['…']" for keys with other characters`,
      { code: 'PATH_INVALID', context: { path: text, position: Math.max(position, 0) } },
    );
  }
  return keys;
}

function unescapeKey(escaped: string): string {
  return escaped.replace(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_, code?: string, literal?: string) =>
    code === undefined ? (literal ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
