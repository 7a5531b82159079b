/** A JSON number with its digits as written, which `JSON.stringify` keeps. */
export interface RawNumber {
  readonly rawJSON: string;
}

export type JsonNode = string | number | boolean | null | RawNumber | JsonNode[] | JsonTree;

/** A JSON object under construction. Keys keep their order. */
export interface JsonTree {
  [key: string]: JsonNode;
}

// In every supported Node; not yet in TypeScript's library.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): RawNumber };

/** A number that is written exactly so: `1.10` stays `1.10`. */
export function rawNumber(text: string): RawNumber {
  return rawJSON(text);
}

/** A fixed-point number written with all its digits. */
export function fixed(units: number, scale: number): RawNumber {
  return rawNumber((units / 10 ** scale).toFixed(scale));
}

function parentOf(tree: JsonTree, path: string, create: boolean): { parent: JsonTree; key: string } {
  const keys = path.replace(/^\$\./, '').split('.');
  const key = keys.pop() ?? '';
  let parent = tree;
  for (const step of keys) {
    if (create) parent[step] ??= {};
    parent = parent[step] as JsonTree;
  }
  return { parent, key };
}

/** The value at `$.a.b`. */
export function valueAt(tree: JsonTree, path: string): JsonNode {
  const { parent, key } = parentOf(tree, path, false);
  const value = parent[key];
  if (value === undefined) throw new RangeError(`the payload has no ${path}`);
  return value;
}

/** Sets the value at `$.a.b`, making the objects on the way. */
export function setAt(tree: JsonTree, path: string, value: JsonNode): void {
  const { parent, key } = parentOf(tree, path, true);
  parent[key] = value;
}

/** Removes `$.a.b` and gives what was there. */
export function removeAt(tree: JsonTree, path: string): JsonNode {
  const value = valueAt(tree, path);
  const { parent, key } = parentOf(tree, path, false);
  delete parent[key];
  return value;
}

/** The text of a scalar as Standardized holds it: strings bare, everything else as its JSON token. */
export function standardizedText(value: JsonNode): string | null {
  if (value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
