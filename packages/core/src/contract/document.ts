import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { CoreError } from '../error.js';
import { readJsonDocument } from './json-document.js';

/** Keys from the top of a document to a value. */
export type DocumentPath = readonly (string | number)[];

interface Position {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** A contract's text once read, with the places its values came from. */
export interface ContractDocument {
  readonly value: unknown;
  /** Where the value at a path stands, or the nearest thing around it. */
  positionOf(path: DocumentPath): Position;
  /** Where a member's name stands. */
  positionOfKey(path: DocumentPath): Position;
  /** A scalar as it is spelled in the text. */
  sourceOf(path: DocumentPath): string | null;
  /** Names of the members of an object, in the order of the text. */
  keysOf(path: DocumentPath): string[];
}

/**
 * Reads JSON or YAML (JSON is a subset) and keeps positions.
 *
 * @throws {CoreError} `CONTRACT_UNREADABLE` for text that is neither, and for a key given twice.
 */
export function readDocument(text: string, file: string): ContractDocument {
  return readJsonDocument(text) ?? readYamlDocument(text, file);
}

function readYamlDocument(text: string, file: string): ContractDocument {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  const fault =
    problem ?? (file.endsWith('.json') ? jsonFault(text) : null) ?? repeatedKey(document) ?? circle(document);
  if (fault !== null && fault !== undefined) {
    throw unreadable(file, positionAt(lineCounter, fault.pos[0]), fault.message);
  }
  const nodeAt = nodeFinder(document);
  const positionOf = (path: DocumentPath): Position => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = nodeAt(path.slice(0, length));
      if (node?.range) return positionAt(lineCounter, node.range[0]);
    }
    return { line: 1, column: 1 };
  };
  const value = toValue(document, file);
  return {
    value,
    positionOf,
    positionOfKey(path) {
      const parent = nodeAt(path.slice(0, -1));
      const pair = isMap(parent) ? parent.items.find((item) => keyText(item.key) === path.at(-1)) : undefined;
      const range = isNode(pair?.key) ? pair.key.range : undefined;
      return range ? positionAt(lineCounter, range[0]) : positionOf(path);
    },
    sourceOf(path) {
      const node = nodeAt(path);
      return isScalar(node) && typeof node.source === 'string' ? node.source : null;
    },
    keysOf(path) {
      let members: unknown = value;
      for (const key of path)
        members = (members as Record<string | number, unknown> | null | undefined)?.[key];
      if (members === null || typeof members !== 'object') return [];
      const node = nodeAt(path);
      const names = Object.keys(members);
      if (!isMap(node)) return names;
      const written = node.items.map(({ key }) => String(keyText(key)));
      return written.length === names.length ? written : names;
    },
  };
}

/** The library's own look-up goes through all members of a map each time. */
function nodeFinder(document: Document): (path: DocumentPath) => Node | null {
  const indexes = new WeakMap<YAMLMap, Map<unknown, unknown>>();
  const membersOf = (map: YAMLMap): Map<unknown, unknown> => {
    let index = indexes.get(map);
    if (index === undefined) {
      index = new Map(map.items.map(({ key, value }) => [keyText(key), value]));
      indexes.set(map, index);
    }
    return index;
  };
  return (path) => {
    let node: unknown = document.contents;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      if (isMap(node)) node = membersOf(node).get(String(key));
      else if (isSeq(node)) node = node.items[Number(key)];
      else return null;
    }
    return isNode(node) ? node : null;
  };
}

function toValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(file, { line: 1, column: 1 }, (error as Error).message, error);
  }
}

function keyText(key: unknown): unknown {
  return isScalar(key) ? String(key.value) : null;
}

/** The library's own check compares every key with every other: ten thousand columns would take it seconds. */
function repeatedKey({ contents }: Document): { pos: [number]; message: string } | null {
  const waiting: unknown[] = [contents];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isSeq(node)) waiting.push(...node.items.filter(isNode));
    if (!isMap(node)) continue;
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      const name = keyText(key);
      if (name !== null && seen.has(name)) {
        const start = isNode(key) ? key.range?.[0] : undefined;
        return { pos: [start ?? 0], message: `the key ${JSON.stringify(name)} is given twice` };
      }
      seen.add(name);
      if (isNode(value)) waiting.push(value);
    }
  }
  return null;
}

/** An alias within what it stands for: the value would hold itself. */
function circle(document: Document): { pos: [number]; message: string } | null {
  let found: { pos: [number]; message: string } | null = null;
  visit(document, {
    Alias(_key, alias) {
      const [start, anchored] = [alias.range?.[0], alias.resolve(document)?.range];
      if (start === undefined || !anchored || start < anchored[0] || start >= anchored[2]) return undefined;
      found = {
        pos: [start],
        message: `the alias *${alias.source} stands within what it stands for: it goes in a circle`,
      };
      return visit.BREAK;
    },
  });
  return found;
}

/** A `.json` file must be JSON, not only YAML: other readers of the file expect it. */
function jsonFault(text: string): { pos: [number]; message: string } | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const message = (error as Error).message;
    const position = /at position (\d+)/.exec(message)?.[1];
    return { pos: [position === undefined ? text.length : Number(position)], message };
  }
}

function positionAt(lineCounter: LineCounter, offset: number): Position {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function unreadable(file: string, position: Position, reason: string, cause?: unknown): CoreError {
  return new CoreError(
    `${file}:${position.line}:${position.column}: the contract is neither JSON nor YAML that can be read: ${reason}`,
    { code: 'CONTRACT_UNREADABLE', context: { path: file, ...position, reason }, cause },
  );
}
