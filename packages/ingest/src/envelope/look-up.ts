import { type EnvelopeDrift, envelopeDrift } from './envelope-drift.js';
import type { SplitPath } from './field-paths.js';
import { sliceAt } from './json-slice.js';

/** A parsed object, and where its text begins. */
export interface ParsedObject {
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly start: number;
}

export interface FoundValue {
  readonly value: unknown;
  readonly path: SplitPath;
  readonly source: ParsedObject;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** The first value along the paths that is present, not null and not blank. */
export function findValue(source: ParsedObject, paths: readonly SplitPath[]): FoundValue | null {
  for (const path of paths) {
    const value = valueAt(source.value, path.names);
    if (!isBlank(value)) return { value, path, source };
  }
  return null;
}

/**
 * The text of the first usable id along the paths: a string as it is, a number as it is spelled in the body.
 * What is neither is passed over, with a drift entry.
 */
export function findId(
  source: ParsedObject,
  paths: readonly SplitPath[],
  field: string,
  drift: EnvelopeDrift[],
): string | null {
  for (const path of paths) {
    const value = valueAt(source.value, path.names);
    if (isBlank(value)) continue;
    if (typeof value === 'string' && value.isWellFormed()) return value;
    if (typeof value === 'number') return tokenOf(source, path);
    if (typeof value === 'string') {
      drift.push(envelopeDrift('LONE_SURROGATE', field, path.text, value));
      return tokenOf(source, path);
    }
    drift.push(envelopeDrift('UNUSABLE_ID', field, path.text, value));
  }
  return null;
}

function valueAt(root: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  let value: unknown = root;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function tokenOf(source: ParsedObject, path: SplitPath): string {
  const slice = sliceAt(source.text, path.names, source.start)!;
  return source.text.slice(slice.start, slice.end);
}
