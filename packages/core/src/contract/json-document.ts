import type { ContractDocument, DocumentPath } from './document.js';

/** A value in a JSON text. */
interface JsonNode {
  readonly start: number;
  readonly end: number;
  readonly members: ReadonlyMap<string, { readonly keyStart: number; readonly node: JsonNode }> | null;
  readonly items: readonly JsonNode[] | null;
}

/**
 * Reads JSON many times faster than a YAML parser does: a repository has hundreds of contracts. Null for a text that is no
 * JSON, gives a key twice or goes too deep: the YAML parser says what is wrong with it, and where.
 */
export function readJsonDocument(text: string): ContractDocument | null {
  let value: unknown;
  let root: JsonNode | null;
  try {
    value = JSON.parse(text);
    root = new JsonReader(text).read();
  } catch {
    return null;
  }
  return root === null ? null : documentOf(text, value, root);
}

function documentOf(text: string, value: unknown, root: JsonNode): ContractDocument {
  const nodeAt = (path: DocumentPath): JsonNode | null => {
    let node: JsonNode | undefined = root;
    for (const key of path) {
      node = node?.members?.get(String(key))?.node ?? node?.items?.[Number(key)];
      if (node === undefined) return null;
    }
    return node;
  };
  const positionOf = (path: DocumentPath) => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = nodeAt(path.slice(0, length));
      if (node !== null) return positionAt(text, node.start);
    }
    return positionAt(text, root.start);
  };
  return {
    value,
    positionOf,
    positionOfKey(path) {
      const member = nodeAt(path.slice(0, -1))?.members?.get(String(path.at(-1)));
      return member === undefined ? positionOf(path) : positionAt(text, member.keyStart);
    },
    sourceOf(path) {
      const node = nodeAt(path);
      if (node === null || node.members !== null || node.items !== null) return null;
      const source = text.slice(node.start, node.end);
      return source.startsWith('"') ? (JSON.parse(source) as string) : source;
    },
    keysOf: (path) => [...(nodeAt(path)?.members?.keys() ?? [])],
  };
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < lineStart; at = text.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - lineStart + 1 };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5d;
const BRACE = 0x7d;

/** Finds the places in a text that is known to be JSON. */
class JsonReader {
  readonly #text: string;
  #at = 0;
  #hasRepeatedKey = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null where an object gives a key twice. */
  read(): JsonNode | null {
    const root = this.#value();
    return this.#hasRepeatedKey ? null : root;
  }

  #value(): JsonNode {
    this.#skipSpace();
    const start = this.#at;
    const character = this.#text[start];
    if (character === '{') return this.#object(start);
    if (character === '[') return this.#array(start);
    if (character === '"') this.#skipText();
    else this.#skipWord();
    return { start, end: this.#at, members: null, items: null };
  }

  #object(start: number): JsonNode {
    const members = new Map<string, { keyStart: number; node: JsonNode }>();
    this.#at += 1;
    for (this.#skipSpace(); this.#text[this.#at] !== '}'; this.#skipSpace()) {
      const keyStart = this.#at;
      this.#skipText();
      const spelled = this.#text.slice(keyStart + 1, this.#at - 1);
      const key = spelled.includes('\\') ? (JSON.parse(`"${spelled}"`) as string) : spelled;
      this.#skipSpace();
      this.#at += 1;
      if (members.has(key)) this.#hasRepeatedKey = true;
      members.set(key, { keyStart, node: this.#value() });
      this.#skipComma();
    }
    this.#at += 1;
    return { start, end: this.#at, members, items: null };
  }

  #array(start: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at += 1;
    for (this.#skipSpace(); this.#text[this.#at] !== ']'; this.#skipSpace()) {
      items.push(this.#value());
      this.#skipComma();
    }
    this.#at += 1;
    return { start, end: this.#at, members: null, items };
  }

  #skipComma(): void {
    this.#skipSpace();
    if (this.#text[this.#at] === ',') this.#at += 1;
  }

  #skipSpace(): void {
    for (let code = this.#text.charCodeAt(this.#at); code <= 0x20; code = this.#text.charCodeAt(this.#at))
      this.#at += 1;
  }

  /** A number, `true`, `false` or `null`: up to space or `,` `]` `}`. */
  #skipWord(): void {
    for (let code = this.#text.charCodeAt(this.#at); code > 0x20; code = this.#text.charCodeAt(this.#at)) {
      if (code === COMMA || code === BRACKET || code === BRACE) return;
      this.#at += 1;
    }
  }

  #skipText(): void {
    for (this.#at += 1; this.#text.charCodeAt(this.#at) !== QUOTE; this.#at += 1)
      if (this.#text.charCodeAt(this.#at) === BACKSLASH) this.#at += 1;
    this.#at += 1;
  }
}
