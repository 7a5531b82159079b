import { createHash } from 'node:crypto';

const PLAIN_KEY = /^[A-Za-z0-9_-]+$/;
/** What cannot stand raw between quotes: quote, backslash, control characters, halves of a surrogate pair. */
const NEEDS_ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /['\\\u0000-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Writes the keys of a JSON path as text. Two different lists of keys never give the same text.
 *
 * Keys of letters, digits, `_` and `-` follow a dot; every other key stands in `['…']`, where quote, backslash,
 * control characters and lone surrogates are escaped (`\'`, `\\`, `\u0000`).
 *
 * @example formatPath(['a', 'we.ird']); // "$.a['we.ird']"
 */
export function formatPath(keys: readonly string[]): string {
  let text = '$';
  for (const key of keys) text += PLAIN_KEY.test(key) ? `.${key}` : `['${escapeKey(key)}']`;
  return text;
}

function escapeKey(key: string): string {
  return key.replace(NEEDS_ESCAPE, (character) =>
    character === "'" || character === '\\'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Lower-case hex SHA-256 of a path's text (UTF-8): what tells colliding or overlong column names apart.
 * Any engine that can hash can repeat it.
 */
export function pathHash(path: string): string {
  return createHash('sha256').update(path, 'utf8').digest('hex');
}
