import { CLOSE_OBJECT, COMMA, OPEN_OBJECT, PLAIN, QUOTE } from './bytes.js';
import type { KeyNode } from './key-trie.js';
import { scanColon, scanString, skipSpace, skipValue } from './scanner.js';

/** No edge. */
export const NONE = -1;
/** Edges with this target lead to the end of the payload. */
export const END = -1;

/** Ways on from one value; what is met in rows with more than so many is left to the general scanner. */
const MOST_WAYS = 16;
const MOST_EDGES = 4096;
const LONGEST_EDGE = 4096;

/**
 * The bytes of payloads that are no values (keys, colons, commas, braces, white space): producers write the same ones
 * again and again. An edge is what stands between the value of one path and the value of the next, or the end. Where a
 * row was valid once, the bytes after the value of a path, up to another value, are valid in every row: which objects
 * are open there is told by the path. Only that a key comes twice has to be seen in each row, by the nodes that an edge
 * touches.
 */
export class Skeleton {
  /** First edge that leads on from a node, by number; 0 is the beginning of the payload. */
  first: Int32Array = new Int32Array(64).fill(NONE);
  /** Another edge from the same node. */
  readonly another: Int32Array = new Int32Array(MOST_EDGES);
  /** Bytes of an edge, and where they begin in `words`. */
  readonly lengths: Int32Array = new Int32Array(MOST_EDGES);
  readonly begins: Int32Array = new Int32Array(MOST_EDGES);
  /** Number of the node whose value comes next, or END. */
  readonly targets: Int32Array = new Int32Array(MOST_EDGES);
  /** The nodes whose objects an edge opens: `opened[openedFrom[edge]..openedTo[edge])`. */
  readonly openedFrom: Int32Array = new Int32Array(MOST_EDGES);
  readonly openedTo: Int32Array = new Int32Array(MOST_EDGES);
  opened: Int32Array = new Int32Array(64);
  /** The bytes of the edges, each filled up with zeros to a whole number of words. */
  words: Int32Array = new Int32Array(1024);
  readonly #nodes: KeyNode[] = [];
  readonly #numbers = new Map<KeyNode, number>();
  readonly #root: KeyNode;
  readonly #maxDepth: number;
  #edges = 0;
  #openedCount = 0;
  #wordCount = 0;
  /** Of the row that is being learnt. */
  #node = 0;
  #edgeStart = 0;
  #entered: number[] = [];

  constructor(root: KeyNode, maxDepth: number) {
    this.#root = root;
    this.#maxDepth = maxDepth;
  }

  /** Nodes that have a number, that of the beginning included. */
  get nodeCount(): number {
    return this.#nodes.length + 1;
  }

  /** The node with a number above 0. */
  node(number: number): KeyNode {
    return this.#nodes[number - 1]!;
  }

  /**
   * Remembers what stands between the values of a row.
   *
   * @param position Where the object's brace is. The row must have been found valid.
   */
  learn(
    source: Uint8Array,
    { start, position, end }: { start: number; position: number; end: number },
  ): void {
    this.#node = 0;
    this.#edgeStart = start;
    this.#entered = [];
    const inside = skipSpace(source, position + 1, end);
    if (source[inside] === CLOSE_OBJECT) return;
    if (this.#object(source, inside, end, { node: this.#root, depth: 1 }) === NONE) return;
    this.#addEdge(source, end, END);
  }

  /** The members of an object; where it ends, or NONE where something in it is left to the general scanner. */
  #object(
    source: Uint8Array,
    position: number,
    end: number,
    { node, depth }: { node: KeyNode; depth: number },
  ): number {
    let at = position;
    for (;;) {
      const keyEnd = scanString(source, at, end);
      const child = isPlain(source, at + 1, keyEnd - 1) ? node.find(source, at + 1, keyEnd - 1) : null;
      if (child === null || child.ignored) return NONE;
      at = this.#member(source, scanColon(source, keyEnd, end), end, { node: child, depth });
      if (at === NONE) return NONE;
      at = skipSpace(source, at, end);
      if (source[at] !== COMMA) return at + 1;
      at = skipSpace(source, at + 1, end);
    }
  }

  #member(
    source: Uint8Array,
    position: number,
    end: number,
    { node, depth }: { node: KeyNode; depth: number },
  ): number {
    if (source[position] === OPEN_OBJECT && depth < this.#maxDepth) {
      const inside = skipSpace(source, position + 1, end);
      if (source[inside] !== CLOSE_OBJECT) {
        this.#entered.push(this.#numberOf(node));
        return this.#object(source, inside, end, { node, depth: depth + 1 });
      }
    }
    if (node.column === null || !this.#addEdge(source, position, this.#numberOf(node))) return NONE;
    this.#edgeStart = skipValue(source, position, end);
    return this.#edgeStart;
  }

  #numberOf(node: KeyNode): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    const number = this.#nodes.push(node);
    this.#numbers.set(node, number);
    if (number === this.first.length) {
      const first = new Int32Array(number * 2).fill(NONE);
      first.set(this.first);
      this.first = first;
    }
    return number;
  }

  /** The edge from the last value to `end`; false where there is no room for it. */
  #addEdge(source: Uint8Array, end: number, target: number): boolean {
    const from = this.#node;
    const bytes = source.subarray(this.#edgeStart, end);
    const entered = this.#entered;
    this.#node = target;
    this.#entered = [];
    if (bytes.length > LONGEST_EDGE) return false;
    const words = wordsOf(bytes);
    let ways = 0;
    for (let edge = this.first[from]!; edge !== NONE; edge = this.another[edge]!) {
      if (this.#isEdge(edge, bytes.length, words, target)) return true;
      ways++;
    }
    if (ways === MOST_WAYS || this.#edges === MOST_EDGES) return false;
    const edge = this.#edges++;
    this.lengths[edge] = bytes.length;
    this.begins[edge] = this.#wordCount;
    this.targets[edge] = target;
    this.openedFrom[edge] = this.#openedCount;
    this.openedTo[edge] = this.#openedCount + entered.length;
    this.words = appended(this.words, this.#wordCount, words);
    this.#wordCount += words.length;
    this.opened = appended(this.opened, this.#openedCount, Int32Array.from(entered));
    this.#openedCount += entered.length;
    this.another[edge] = this.first[from]!;
    this.first[from] = edge;
    return true;
  }

  #isEdge(edge: number, length: number, words: Int32Array, target: number): boolean {
    const begin = this.begins[edge]!;
    return (
      this.targets[edge] === target &&
      this.lengths[edge] === length &&
      words.every((word, index) => this.words[begin + index] === word)
    );
  }
}

/** Lowest byte first, filled up with zeros. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((bytes.length + 3) >> 2);
  for (let at = 0; at < bytes.length; at++) words[at >> 2]! |= bytes[at]! << ((at & 3) * 8);
  return words;
}

function appended(values: Int32Array, count: number, more: Int32Array): Int32Array {
  let target = values;
  if (count + more.length > values.length) {
    target = new Int32Array(Math.max(values.length * 2, count + more.length));
    target.set(values);
  }
  target.set(more, count);
  return target;
}

function isPlain(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (PLAIN[source[at]!] === 0) return false;
  return source[start - 1] === QUOTE;
}
