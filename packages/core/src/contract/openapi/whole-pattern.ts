/**
 * A pattern of JSON Schema, which may match anywhere in a value, as a contract's, which must match all of it.
 *
 * @example wholePattern('^[A-Z]{2}$'); // '[A-Z]{2}'
 * @example wholePattern('[0-9]'); // '(?s:.*)(?:[0-9])(?s:.*)'
 */
export function wholePattern(pattern: string): string {
  const inner = /^\^([\s\S]*)\$$/.exec(pattern)?.[1];
  if (inner !== undefined && !endsEscaped(inner) && isOneBranch(inner)) return withoutGroup(inner);
  return `(?s:.*)(?:${pattern})(?s:.*)`;
}

/** Whether a character that followed would be escaped. */
function endsEscaped(text: string): boolean {
  return /\\*$/.exec(text)![0].length % 2 === 1;
}

/** Whether no `|` and no closing bracket stands outside of every group. */
function isOneBranch(text: string): boolean {
  return groupEnd(`(${text})`) === text.length + 1 && !topLevel(text).includes('|');
}

/** `(?:x)` as `x`, where the group holds everything. */
function withoutGroup(text: string): string {
  return text.startsWith('(?:') && groupEnd(text) === text.length - 1 ? text.slice(3, -1) : text;
}

/** Where the group that a text begins with ends; -1 where it does not. */
function groupEnd(text: string): number {
  let depth = 0;
  let inClass = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return index;
  }
  return -1;
}

/** What stands outside of groups and classes. */
function topLevel(text: string): string {
  let depth = 0;
  let inClass = false;
  let outside = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '\\') index++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 0) outside += character;
  }
  return outside;
}
