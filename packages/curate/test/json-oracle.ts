import { formatPath } from '../src/path/json-path.js';

/** A primitive with the text of its token. */
class Token {
  readonly value: unknown;
  readonly source: string;

  constructor(value: unknown, source: string) {
    this.value = value;
    this.source = source;
  }
}

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

/** `JSON.parse` of bytes that must be UTF-8; undefined where it throws. */
export function parseBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * What flattening must give for one payload, by way of `JSON.parse`: path → text. Null where the payload is not a JSON
 * object. JSON texts (arrays, empty and deep objects) are compared by their meaning: `JSON ` and the value re-printed.
 */
export function expectedValues(bytes: Uint8Array, maxDepth: number): Map<string, string | null> | null {
  const plain = parseBytes(bytes);
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return null;
  const keepSource: Reviver = (_key, value, { source }) =>
    source === undefined ? value : new Token(value, source);
  const tree = JSON.parse(Buffer.from(bytes).toString('utf8'), keepSource as never) as object;
  const values = new Map<string, string | null>();
  walk(tree, []);
  return values;

  function walk(object: object, keys: readonly string[]): void {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      const path = [...keys, key];
      if (value instanceof Token) values.set(formatPath(path), tokenText(value));
      else if (Array.isArray(value) || Object.keys(value as object).length === 0 || path.length >= maxDepth) {
        values.set(formatPath(path), `JSON ${printed(value)}`);
      } else walk(value as object, path);
    }
  }
}

function tokenText({ value, source }: Token): string | null {
  if (value === null) return null;
  return typeof value === 'string' && value.isWellFormed() ? value : source;
}

function printed(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Token ? (typeof part.value === 'string' ? part.value : `token ${part.source}`) : part,
  );
}

/** A flattened text in the form that {@link expectedValues} gives: `expected` tells whether it is a JSON text. */
export function comparable(text: string | null, expected: string | null | undefined): string | null {
  if (text === null || !expected?.startsWith('JSON ')) return text;
  const keepSource: Reviver = (_key, value, { source }) =>
    source === undefined ? value : new Token(value, source);
  return `JSON ${printed(JSON.parse(text, keepSource as never))}`;
}
