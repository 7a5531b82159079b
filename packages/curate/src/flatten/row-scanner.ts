import type { DriftKind } from '../drift/drift.js';
import {
  CLOSE_OBJECT,
  COMMA,
  LOWER_N,
  MINUS,
  NINE,
  OPEN_ARRAY,
  OPEN_OBJECT,
  PLAIN,
  QUOTE,
  ZERO,
} from './bytes.js';
import { unescapeString } from './escape.js';
import { type KeyNode, matchesKey } from './key-trie.js';
import {
  fail,
  plainEnd,
  scanColon,
  scanEnd,
  scanNumber,
  scanString,
  scanStringRest,
  scanText,
  scanWord,
  skipSpace,
  skipValue,
} from './scanner.js';
import type { ValueColumn } from './value-column.js';

/** What to do with values and keys that have no column yet. */
export interface ColumnPolicy {
  /** Whether columns are made along the way: such rows are validated whole before `open`, `admit` and `spill`. */
  readonly discovers: boolean;
  /** The column of a path that has none yet, or null when its values are not to be columns. */
  open(node: KeyNode): ValueColumn | null;
  /** The node of an unknown key, or null when it is not to be followed. `raw` is the key with its quotes. */
  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null;
  /** A value for which `open` or `admit` gave null. `rawStart` is -1 when it is the node's own value. */
  spill(
    node: KeyNode,
    source: Uint8Array,
    rawStart: number,
    rawEnd: number,
    start: number,
    end: number,
  ): void;
  /** Takes back what was spilled at and below a node. */
  unspill(node: KeyNode): void;
  drift(kind: DriftKind, node: KeyNode): void;
}

/**
 * Scans one JSON object per call and copies each value's bytes into the column of its path: one pass, no object or
 * string per value. Follows RFC 8259 to the letter and returns `~offset` for the first byte that does not.
 */
export class RowScanner {
  readonly #root: KeyNode;
  readonly #maxDepth: number;
  readonly #policy: ColumnPolicy;
  #source: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #row = 0;
  /** Number of the object instance being scanned, over all rows. */
  #stamp = 0;
  #known = false;
  #keyScratch = new Uint8Array(256);

  constructor(root: KeyNode, maxDepth: number, policy: ColumnPolicy) {
    this.#root = root;
    this.#maxDepth = maxDepth;
    this.#policy = policy;
  }

  /** Scans the object whose brace is at `position`; the values go to `row`. Returns `end`, or `~offset`. */
  scan(source: Uint8Array, position: number, end: number, row: number): number {
    this.#source = source;
    this.#start = position;
    this.#end = end;
    this.#row = row;
    this.#known = false;
    let at = skipSpace(source, position + 1, end);
    at = at < end && source[at] === CLOSE_OBJECT ? at + 1 : this.#object(this.#root, at, 1);
    return at < 0 ? at : scanEnd(source, at, end);
  }

  /** The members of a non-empty object, whose first key should start at `position`; `depth` is the keys' depth. */
  #object(node: KeyNode, position: number, depth: number): number {
    const source = this.#source;
    const end = this.#end;
    const stamp = ++this.#stamp;
    node.touched = null;
    let previous: KeyNode | null = null;
    let at = position;
    for (;;) {
      if (at >= end || source[at] !== QUOTE) return fail('UNEXPECTED_CHARACTER', at, end);
      const keyStart = at;
      let child: KeyNode | null = previous === null ? node.first : previous.next;
      if (child !== null && matchesKey(child, source, at + 1, end)) {
        at += child.key.length + 2;
      } else {
        at = scanString(source, at, end);
        if (at < 0) return at;
        child = this.#lookUp(node, keyStart, at);
        if (child === null) {
          if (!this.#mayDiscover()) return this.#invalid();
          child = this.#policy.admit(node, source, keyStart, at);
        }
        if (child !== null) {
          if (previous === null) node.first = child;
          else previous.next = child;
        }
      }
      const keyEnd = at;
      at = scanColon(source, at, end);
      if (at < 0) return at;
      if (child === null) {
        const start = at;
        at = skipValue(source, at, end);
        if (at < 0) return at;
        this.#policy.spill(node, source, keyStart, keyEnd, start, at);
      } else {
        if (child.stamp === stamp) {
          this.#forget(child);
        } else {
          child.stamp = stamp;
          child.alsoTouched = node.touched;
          node.touched = child;
        }
        previous = child;
        at = child.ignored ? skipValue(source, at, end) : this.#value(child, at, depth);
        if (at < 0) return at;
      }
      if (at >= end || source[at]! <= 0x20) at = skipSpace(source, at, end);
      const byte = at < end ? source[at] : 0;
      if (byte === COMMA) {
        at++;
        if (at >= end || source[at] !== QUOTE) at = skipSpace(source, at, end);
      } else if (byte === CLOSE_OBJECT) {
        return at + 1;
      } else {
        return fail('UNEXPECTED_CHARACTER', at, end);
      }
    }
  }

  /** The value at `position`, which belongs to `node`. */
  #value(node: KeyNode, position: number, depth: number): number {
    const source = this.#source;
    const end = this.#end;
    if (position >= end) return fail('UNEXPECTED_END', end, end);
    const byte = source[position]!;
    if (byte === QUOTE) {
      const at = plainEnd(source, position + 1, end);
      if (at < end && source[at] === QUOTE) return this.#put(node, position, at + 1, position + 1, at);
      return this.#escapedString(node, position, at);
    }
    if (byte === OPEN_OBJECT) return this.#nested(node, position, depth);
    if (byte === MINUS || (byte >= ZERO && byte <= NINE)) {
      const at = scanNumber(source, position, end);
      return at < 0 ? at : this.#put(node, position, at, position, at);
    }
    if (byte === OPEN_ARRAY) {
      const at = skipValue(source, position, end);
      return at < 0 ? at : this.#put(node, position, at, position, at);
    }
    const at = scanWord(source, position, end);
    if (at < 0) return at;
    // A null opens the column too, but there is nothing to write.
    return byte === LOWER_N
      ? this.#put(node, position, at, -1, -1)
      : this.#put(node, position, at, position, at);
  }

  /** Copies `[from..to)` into the node's column (nothing when `from` is -1); `[start..end)` is the JSON token. */
  #put(node: KeyNode, start: number, end: number, from: number, to: number): number {
    const column = node.column ?? this.#open(node, start, end);
    if (column === undefined) return this.#invalid();
    if (column === null) return end;
    if (from >= 0) column.append(this.#source, from, to, this.#row);
    else column.appendNull(this.#row, start);
    return end;
  }

  /** The column of a node that has none; null when the value was spilled; undefined when the row is not valid. */
  #open(node: KeyNode, start: number, end: number): ValueColumn | null | undefined {
    if (!this.#mayDiscover()) return undefined;
    node.column = this.#policy.open(node);
    if (node.column === null) this.#policy.spill(node, this.#source, -1, -1, start, end);
    return node.column;
  }

  #escapedString(node: KeyNode, position: number, firstSpecial: number): number {
    const source = this.#source;
    const at = scanStringRest(source, firstSpecial, this.#end);
    if (at < 0) return at;
    const column = node.column ?? this.#open(node, position, at);
    if (column === undefined) return this.#invalid();
    if (column !== null && !column.appendUnescaped(source, position + 1, at - 1, this.#row)) {
      column.append(source, position, at, this.#row);
      this.#policy.drift('LONE_SURROGATE', node);
    }
    return at;
  }

  /** An object as a value: followed, or kept as text when it is empty or too deep. */
  #nested(node: KeyNode, position: number, depth: number): number {
    const source = this.#source;
    const inside = skipSpace(source, position + 1, this.#end);
    if (inside < this.#end && source[inside] === CLOSE_OBJECT) {
      return this.#put(node, position, inside + 1, position, inside + 1);
    }
    if (depth < this.#maxDepth) return this.#object(node, inside, depth + 1);
    const at = skipValue(source, position, this.#end);
    if (at < 0) return at;
    this.#policy.drift('DEPTH_LIMIT', node);
    if (node.hasChildren()) {
      const inner = this.#object(node, inside, depth + 1);
      if (inner < 0) return inner;
    }
    return this.#put(node, position, at, position, at);
  }

  /** Finds a key that was not the predicted one. */
  #lookUp(node: KeyNode, rawStart: number, rawEnd: number): KeyNode | null {
    const source = this.#source;
    const start = rawStart + 1;
    const end = rawEnd - 1;
    let at = start;
    while (at < end && PLAIN[source[at]!] === 1) at++;
    if (at === end) return node.find(source, start, end);
    if (this.#keyScratch.length < end - start) this.#keyScratch = new Uint8Array((end - start) * 2);
    return node.find(this.#keyScratch, 0, unescapeString(source, start, end, this.#keyScratch, 0));
  }

  /** The same key again in one object: what the earlier one gave is taken back. */
  #forget(node: KeyNode): void {
    this.#policy.drift('DUPLICATE_KEY', node);
    this.#policy.unspill(node);
    this.#retract(node);
  }

  /** Takes back every value of a row that turned out not to be valid, if it was the one scanned last. */
  retract(row: number): void {
    if (row === this.#row) this.#retract(this.#root);
  }

  /** Only what was touched is visited, so that a key given a thousand times costs no more than its bytes. */
  #retract(node: KeyNode): void {
    node.column?.retract(this.#row);
    for (let child = node.touched; child !== null; child = child.alsoTouched) this.#retract(child);
    node.touched = null;
  }

  /**
   * Whether something may be remembered beyond the row. A payload that does not parse must leave no column behind, so
   * the whole row is validated first, once.
   */
  #mayDiscover(): boolean {
    if (!this.#policy.discovers) return true;
    this.#known ||= scanText(this.#source, this.#start, this.#end) >= 0;
    return this.#known;
  }

  /** The failure that {@link #mayDiscover} found. */
  #invalid(): number {
    return scanText(this.#source, this.#start, this.#end);
  }
}
