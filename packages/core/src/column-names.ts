import { pathHash } from './path-text.js';

/** Longest column name, in bytes (names are ASCII). */
const MAX_NAME = 128;
const HASH_DIGITS = 6;
/** All of SHA-256. */
const MOST_DIGITS = 64;

/**
 * The name a path's column gets while that name is free.
 *
 * Keys joined with `_`, ASCII letters lower-cased, every other character outside `[a-z0-9_]` (one code point, one
 * `_`) replaced. A leading digit gets a `_` in front. A name that would begin with `_` otherwise gets a `p` in front,
 * for `_merge_key` and its like are ours (`_metadata.id` → `p_metadata_id`). Above 128 bytes the name is cut and ends
 * in `_` and six hex digits of the path's hash.
 */
function preferredName(keys: readonly string[], path: string): string {
  const joined = keys
    .join('_')
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replace(/[^a-z0-9_]/gu, '_');
  const name = /^[0-9]/.test(joined) ? `_${joined}` : /^[a-z]/.test(joined) ? joined : `p${joined || '_'}`;
  return name.length <= MAX_NAME ? name : withHash(name, path, 0);
}

/**
 * Two digits more with each attempt; when the hash has no more, those of other texts. Payloads may hold the name of any
 * hash that can be known, so no number of attempts is the last.
 */
function withHash(name: string, path: string, attempt: number): string {
  const digits = Math.min(HASH_DIGITS + 2 * attempt, MOST_DIGITS);
  const further = attempt - (MOST_DIGITS - HASH_DIGITS) / 2;
  const hash = pathHash(further <= 0 ? path : `${path}\n${further}`);
  return `${name.slice(0, MAX_NAME - 1 - digits)}_${hash.slice(0, digits)}`;
}

/**
 * Names of the columns that payload paths become, the same for the flattener and for whoever foretells it. Every path
 * gets a name of its own; a name once given is never given again. Source: docs/layer_definitions.md, "Flattening".
 *
 * @example new ColumnNames([]).assign(['event', 'userId'], '$.event.userId').name; // 'event_userid'
 */
export class ColumnNames {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /**
   * Takes a name for a path that has none: the preferred one, or, where that is taken, the same with `_` and six hex
   * digits of the path's hash (more where even that is taken).
   *
   * @returns the name, and the preferred name when another path holds it.
   */
  assign(keys: readonly string[], path: string): { name: string; collidedWith: string | null } {
    const preferred = preferredName(keys, path);
    let name = preferred;
    for (let attempt = 0; this.#taken.has(name); attempt++) name = withHash(preferred, path, attempt);
    this.#taken.add(name);
    return { name, collidedWith: name === preferred ? null : preferred };
  }
}
