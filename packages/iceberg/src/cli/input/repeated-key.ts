import { ExactNumber } from './exact-number.js';

/**
 * The first key that an object of a JSON text has twice, or `null`: parsing keeps the last value and says nothing of the
 * others.
 *
 * @param parsed what the text is parsed; its keys are counted, so that texts without such keys cost little.
 */
export function repeatedKey(text: string, parsed: unknown): string | null {
  let written = 0;
  for (let at = text.indexOf('"'); at !== -1; ) {
    const end = endOfString(text, at);
    const next = afterSpace(text, end);
    if (text[next] === ':') written += 1;
    at = text.indexOf('"', next);
  }
  return written > keysOf(parsed) ? firstRepeated(text) : null;
}

function keysOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return 0;
  let count = 0;
  if (Array.isArray(value)) for (const item of value) count += keysOf(item);
  else for (const key of Object.keys(value)) count += 1 + keysOf((value as Record<string, unknown>)[key]);
  return count;
}

function firstRepeated(text: string): string | null {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') open.push(new Set());
    else if (text[at] === '}') open.pop();
    if (text[at] !== '"') continue;
    const end = endOfString(text, at);
    if (text[afterSpace(text, end)] === ':') {
      const key = JSON.parse(text.slice(at, end)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    at = end - 1;
  }
  return null;
}

/** Where a string that begins at `start` has ended. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (text[first - 1] === '\\') first -= 1;
  return (at - first) % 2 === 1;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  return at;
}
