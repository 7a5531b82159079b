import { formatPath } from '../src/path/json-path.js';

/*
 * The oracle is `JSON.parse`: it says what is JSON, what a string means and where a fault is. It is not asked for the
 * members of an object whose keys are spelled with escapes, for V8 13.6 reads them wrongly once it has met the key `\`
 * in the same place: JSON.parse('{"x":1,"\\\\":2}') makes JSON.parse('{"x":1,"\\n":2}') give the key `\`. So a
 * tokenizer takes the text apart, and is itself held against `JSON.parse` wherever no key has an escape.
 */

/** A value in its text, which is `text.slice(start, end)`. */
export interface Value {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'word';
  readonly start: number;
  readonly end: number;
  /** Members of an object, the last of equal keys; items of an array. */
  readonly parts: ReadonlyMap<string, Value>;
}

/** What `JSON.parse` makes of some bytes: a value, or the character of the first fault (null where V8 does not say). */
export type Verdict =
  | { readonly ok: true; readonly text: string; readonly value: unknown }
  | { readonly ok: false; readonly position: number | null; readonly token: string | null };

const NONE: ReadonlyMap<string, Value> = new Map();
const TOKEN = /[ \t\n\r]*([{}[\],:]|"(?:[^"\\]|\\.)*"|[^{}[\],:" \t\n\r]+)/y;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `JSON.parse` of bytes; null where they are not UTF-8. */
export function judge(bytes: Uint8Array): Verdict | null {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return null;
  }
  try {
    return { ok: true, text, value: JSON.parse(text) };
  } catch (error) {
    const { message } = error as Error;
    const at = / at position (\d+)/.exec(message)?.[1];
    if (at !== undefined) {
      return { ok: false, position: Buffer.byteLength(text.slice(0, Number(at))), token: null };
    }
    if (message === 'Unexpected end of JSON input') return { ok: false, position: bytes.length, token: null };
    return { ok: false, position: null, token: /^Unexpected token '(.+?)',/su.exec(message)?.[1] ?? null };
  }
}

/** Takes apart a text that `JSON.parse` accepts, and checks the result against what that gave. */
export function treeOf({ text, value }: { text: string; value: unknown }): Value {
  const reader = new Reader(text);
  const tree = reader.value();
  if (!reader.escapedKeys) compare(tree, value, text);
  return tree;
}

class Reader {
  readonly text: string;
  escapedKeys = false;
  #at = 0;
  #token = '';

  constructor(text: string) {
    this.text = text;
    this.#advance();
  }

  value(): Value {
    const first = this.#token;
    const start = this.#at - first.length;
    const parts = first === '{' ? this.#object() : first === '[' ? this.#array() : NONE;
    const end = this.#at;
    this.#advance();
    return { kind: kindOf(first), start, end, parts };
  }

  #object(): Map<string, Value> {
    const members = new Map<string, Value>();
    this.#advance();
    while (this.#token !== '}') {
      if (this.#token === ',') this.#advance();
      this.escapedKeys ||= this.#token.includes('\\');
      const key = JSON.parse(this.#token) as string;
      this.#advance();
      this.#advance();
      members.set(key, this.value());
    }
    return members;
  }

  #array(): Map<string, Value> {
    const items = new Map<string, Value>();
    this.#advance();
    while (this.#token !== ']') {
      if (this.#token === ',') this.#advance();
      items.set(String(items.size), this.value());
    }
    return items;
  }

  #advance(): void {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.text);
    this.#token = match?.[1] ?? '';
    if (match !== null) this.#at = TOKEN.lastIndex;
  }
}

function kindOf(token: string): Value['kind'] {
  if (token === '{') return 'object';
  if (token === '[') return 'array';
  if (token.startsWith('"')) return 'string';
  return /^[-\d]/.test(token) ? 'number' : 'word';
}

/** Throws unless a tree says what `JSON.parse` says. */
function compare(tree: Value, value: unknown, text: string): void {
  const { parts, start, end } = tree;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    const kind = Array.isArray(value) ? 'array' : 'object';
    if (tree.kind !== kind || keys.length !== parts.size) throw new Error(`oracle: ${text}`);
    for (const key of keys) compare(parts.get(key)!, (value as Record<string, unknown>)[key], text);
    return;
  }
  if (!Object.is(JSON.parse(text.slice(start, end)), value)) throw new Error(`oracle: ${text}`);
}

/**
 * What flattening must give for a text, by way of its tree: path → text, exact to the byte. Null values have null;
 * arrays, empty objects and objects below `maxDepth` are the source as it stands.
 */
export function expectedValues(tree: Value, text: string, maxDepth: number): Map<string, string | null> {
  const values = new Map<string, string | null>();
  walk(tree, []);
  return values;

  function walk({ parts }: Value, keys: readonly string[]): void {
    for (const [key, value] of parts) {
      const path = [...keys, key];
      if (value.kind === 'object' && value.parts.size > 0 && path.length < maxDepth) walk(value, path);
      else values.set(formatPath(path), textOf(value, text));
    }
  }
}

function textOf({ kind, start, end }: Value, text: string): string | null {
  const source = text.slice(start, end);
  if (kind === 'word' && source === 'null') return null;
  if (kind !== 'string') return source;
  const meaning = JSON.parse(source) as string;
  return meaning.isWellFormed() ? meaning : source;
}
