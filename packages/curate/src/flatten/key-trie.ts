import { formatPath } from '../path/json-path.js';
import { PLAIN, QUOTE } from './bytes.js';
import type { ValueColumn } from './value-column.js';

/**
 * One key in its place: the path of keys from the root. Nodes exist only for paths that have a column, on the way to
 * one, or that a contract names, so the trie is bounded by `maxColumns` and not by the data.
 */
export class KeyNode {
  readonly parent: KeyNode | null;
  readonly text: string;
  /** The key's bytes, unescaped. A lone surrogate stands as three bytes, which no other key can have. */
  readonly key: Uint8Array;
  /** Whether the bytes may be compared with the raw source: they need no escape there. */
  readonly plain: boolean;
  /** Keys from the root: 0 for the root itself. */
  readonly depth: number;
  column: ValueColumn | null = null;
  /** Gets a column even where the table is full. */
  governed = false;
  /** Known only so that it can be predicted: its value is skipped. */
  ignored = false;
  /** The object instance in which this key was last seen: seeing it there again is a duplicate. */
  stamp = 0;
  /** Children seen in the object scanned last, as a list through {@link alsoTouched}. */
  touched: KeyNode | null = null;
  alsoTouched: KeyNode | null = null;
  /** Which child came first last time, and which sibling came next: producers repeat their order. */
  first: KeyNode | null = null;
  next: KeyNode | null = null;
  readonly #children = new Map<number, KeyNode>();
  /** Next child of the same parent with the same hash. */
  #twin: KeyNode | null = null;

  constructor(parent: KeyNode | null, text: string, key: Uint8Array) {
    this.parent = parent;
    this.text = text;
    this.key = key;
    this.plain = key.every((byte) => PLAIN[byte] === 1);
    this.depth = parent === null ? 0 : parent.depth + 1;
  }

  static root(): KeyNode {
    return new KeyNode(null, '', new Uint8Array(0));
  }

  /** The child whose key is `bytes[start..end)`, unescaped. */
  find(bytes: Uint8Array, start: number, end: number): KeyNode | null {
    let child = this.#children.get(hashBytes(bytes, start, end)) ?? null;
    while (child !== null && !sameBytes(child.key, bytes, start, end)) child = child.#twin;
    return child;
  }

  add(text: string, key: Uint8Array): KeyNode {
    const child = new KeyNode(this, text, key);
    const hash = hashBytes(key, 0, key.length);
    child.#twin = this.#children.get(hash) ?? null;
    this.#children.set(hash, child);
    return child;
  }

  /** The node of a path, made where it is missing. */
  reach(keys: readonly string[]): KeyNode {
    let node: KeyNode = this;
    for (const text of keys) {
      const key = keyBytes(text);
      node = node.find(key, 0, key.length) ?? node.add(text, key);
    }
    return node;
  }

  /** The node of a path; null where there is none. */
  seek(keys: readonly string[]): KeyNode | null {
    let node: KeyNode | null = this;
    for (const text of keys) {
      const key = keyBytes(text);
      node = node.find(key, 0, key.length);
      if (node === null) return null;
    }
    return node;
  }

  hasChildren(): boolean {
    return this.#children.size > 0;
  }

  keys(): string[] {
    const keys: string[] = [];
    for (let node: KeyNode = this; node.parent !== null; node = node.parent) keys.push(node.text);
    return keys.reverse();
  }

  path(): string {
    return formatPath(this.keys());
  }
}

/** Whether the raw string whose content starts at `at` is exactly this node's key, closing quote included. */
export function matchesKey(node: KeyNode, source: Uint8Array, at: number, end: number): boolean {
  const { key } = node;
  const { length } = key;
  if (!node.plain || at + length >= end || source[at + length] !== QUOTE) return false;
  for (let index = 0; index < length; index++) if (source[at + index] !== key[index]) return false;
  return true;
}

/** UTF-8 of a key, with each lone surrogate as the three bytes that its code would give. */
export function keyBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const lone = code >= 0xd800 && code <= 0xdfff;
    parts.push(
      lone
        ? Buffer.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f))
        : Buffer.from(character, 'utf8'),
    );
  }
  return Buffer.concat(parts);
}

/** FNV-1a, 32 bits. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return hash;
}

function sameBytes(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let index = 0; index < key.length; index++) if (key[index] !== bytes[start + index]) return false;
  return true;
}
