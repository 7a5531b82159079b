import { formatPath, parsePath } from '../path/json-path.js';
import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, QUOTE } from './bytes.js';
import { scanColon, scanString, skipSpace, skipValue } from './scanner.js';

/** Name of the column that holds what found no column of its own. */
export const OVERFLOW_COLUMN = '_overflow';

/** Values of one object without columns: a JSON token, or the same for a nested object. */
type Spilled = Map<string, string | Spilled>;

/**
 * What one row puts into `_overflow`: path → JSON value, exactly as the payload spelled it. Objects are followed down
 * to the depth limit, as they would be for columns, so that a path means the same here and there.
 */
export class RowOverflow {
  readonly #maxDepth: number;
  #tree: Spilled = new Map();
  /** Keys seen twice in one object while spilling. */
  duplicates = 0;

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  get isEmpty(): boolean {
    return this.#tree.size === 0;
  }

  /** Adds the (valid) JSON value `source[start..end)` at a path. */
  add(keys: readonly string[], source: Uint8Array, start: number, end: number): void {
    const parent = this.#reach(keys.slice(0, -1));
    this.#put(parent, keys.at(-1)!, keys.length, source, start, end);
  }

  #reach(keys: readonly string[]): Spilled {
    let tree = this.#tree;
    for (const key of keys) {
      const child = tree.get(key);
      if (child instanceof Map) {
        tree = child;
      } else {
        const made: Spilled = new Map();
        tree.set(key, made);
        tree = made;
      }
    }
    return tree;
  }

  #put(parent: Spilled, key: string, depth: number, source: Uint8Array, start: number, end: number): void {
    if (parent.has(key)) this.duplicates++;
    const inside = skipSpace(source, start + 1, end);
    const nested = source[start] === OPEN_OBJECT && depth < this.#maxDepth && source[inside] !== CLOSE_OBJECT;
    if (!nested) {
      parent.set(key, utf8(source, start, end));
      return;
    }
    const object: Spilled = new Map();
    parent.set(key, object);
    for (const member of members(source, inside, end)) {
      this.#put(object, member.key, depth + 1, source, member.start, member.end);
    }
  }

  /** Forgets what was added at a path and below it. */
  remove(keys: readonly string[]): void {
    let tree = this.#tree;
    for (const key of keys.slice(0, -1)) {
      const child = tree.get(key);
      if (!(child instanceof Map)) return;
      tree = child;
    }
    tree.delete(keys.at(-1)!);
  }

  clear(): void {
    if (this.#tree.size > 0) this.#tree = new Map();
    this.duplicates = 0;
  }

  /** Number of values, and the JSON object that holds them. */
  write(): { count: number; json: string; firstPath: string | null } {
    const entries: string[] = [];
    let firstPath: string | null = null;
    const walk = (tree: Spilled, keys: string[]): void => {
      for (const [key, value] of tree) {
        keys.push(key);
        if (value instanceof Map) {
          walk(value, keys);
        } else {
          const path = formatPath(keys);
          firstPath ??= path;
          entries.push(`${JSON.stringify(path)}:${value}`);
        }
        keys.pop();
      }
    };
    walk(this.#tree, []);
    return { count: entries.length, json: `{${entries.join(',')}}`, firstPath };
  }
}

function* members(
  source: Uint8Array,
  position: number,
  end: number,
): Generator<{ key: string; start: number; end: number }> {
  let at = position;
  while (at < end && source[at] === QUOTE) {
    const keyEnd = scanString(source, at, end);
    const start = scanColon(source, keyEnd, end);
    const valueEnd = skipValue(source, start, end);
    yield { key: JSON.parse(utf8(source, at, keyEnd)) as string, start, end: valueEnd };
    at = skipSpace(source, valueEnd, end);
    if (source[at] !== COMMA) return;
    at = skipSpace(source, at + 1, end);
  }
}

export function utf8(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('utf8');
}

/** The paths of a value of the `_overflow` column, each with the JSON token it had in the payload. */
export function overflowTokens(text: string): [path: string, token: string][] {
  const source = Buffer.from(text, 'utf8');
  const start = skipSpace(source, 1, source.length);
  return Array.from(members(source, start, source.length), (member) => [
    formatPath(parsePath(member.key)),
    utf8(source, member.start, member.end),
  ]);
}

/**
 * Reads a value of the `_overflow` column: path → the text a column of its own would hold.
 *
 * @example readOverflow('{"$.a":1.10,"$.b":"x"}'); // Map { '$.a' → '1.10', '$.b' → 'x' }
 */
export function readOverflow(text: string): Map<string, string | null> {
  return new Map(overflowTokens(text).map(([path, token]) => [path, tokenText(token)]));
}

/** The text of a JSON token as a column holds it. */
export function tokenText(token: string): string | null {
  if (token === 'null') return null;
  if (!token.startsWith('"')) return token;
  const value = JSON.parse(token) as string;
  return value.isWellFormed() ? value : token;
}
