import { parsePath } from '../path/json-path.js';
import { ColumnBuilder } from './column-builder.js';
import { KeyNode, keyBytes } from './key-trie.js';
import { utf8 } from './overflow.js';
import { type ColumnPolicy, RowScanner } from './row-scanner.js';

/** Keys remembered only for prediction; past this many, unknown keys are looked up each time. */
const MAX_IGNORED = 1_000;

/** Reads the values of fixed paths: everything else is checked and skipped. */
export class PathExtractor implements ColumnPolicy {
  readonly discovers = false;
  readonly scanner: RowScanner;
  /** One per path asked for, in that order. */
  readonly columns: readonly ColumnBuilder[];
  #ignored = 0;

  constructor(paths: readonly string[], maxDepth: number) {
    const root = KeyNode.root();
    this.columns = paths.map((path) => {
      const node = root.reach(parsePath(path));
      const column = node.column instanceof ColumnBuilder ? node.column : new ColumnBuilder(path, path);
      node.column = column;
      return column;
    });
    this.scanner = new RowScanner(root, maxDepth, this);
  }

  open(): null {
    return null;
  }

  admit(parent: KeyNode, source: Uint8Array, rawStart: number, rawEnd: number): KeyNode | null {
    if (this.#ignored >= MAX_IGNORED) return null;
    this.#ignored++;
    const text = JSON.parse(utf8(source, rawStart, rawEnd)) as string;
    const node = parent.add(text, keyBytes(text));
    node.ignored = true;
    return node;
  }

  spill(): void {}

  unspill(): void {}

  drift(): void {}
}
