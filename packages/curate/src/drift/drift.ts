/** What a drift entry reports. */
export type DriftKind =
  /** A path was seen for the first time and got a column. */
  | 'COLUMN_ADDED'
  /** The name a path would have was taken; `sample` is that name. */
  | 'NAME_COLLISION'
  /** An object held one key twice; the last value counts. */
  | 'DUPLICATE_KEY'
  /** An object below the depth limit was kept as JSON text. */
  | 'DEPTH_LIMIT'
  /** The table has `maxColumns` columns, or a key has over 1,024 bytes; values went to `_overflow`. `sample` is the first such path. */
  | 'COLUMN_LIMIT'
  /** A string with a lone surrogate escape was kept as its raw JSON token. */
  | 'LONE_SURROGATE'
  | 'INVALID_ORDER_VALUE'
  | 'INVALID_PERIOD'
  | 'MESSAGE_ID_REUSED'
  /** A column had no value in any row of a run of many; `count` is how many. */
  | 'FIELD_VANISHED'
  /** A field came in the run in which another one of its object vanished, whose path is `sample`: probably the same. */
  | 'FIELD_RENAMED'
  /** Most values of a governed column no longer cast; `sample` says what they look like. */
  | 'TYPE_CHANGED'
  /** A default filled a formerly seen path in every row of a run. */
  | 'DEFAULT_FILLS_ALL'
  /** A value outside the contract's enum became null (`onUnknown: "null"`). */
  | 'UNKNOWN_ENUM';

/** What says that a producer's fields are others than before. */
const FIELD_KINDS: ReadonlySet<DriftKind> = new Set([
  'COLUMN_ADDED',
  'COLUMN_LIMIT',
  'FIELD_VANISHED',
  'FIELD_RENAMED',
  'TYPE_CHANGED',
  'DEFAULT_FILLS_ALL',
]);

/** How many entries say that a producer's fields are others than before. */
export function fieldDrift(entries: readonly DriftEntry[]): number {
  return entries.filter(({ kind }) => FIELD_KINDS.has(kind)).length;
}

/**
 * One observation about the shape of the data, summed over a batch. `sample` never holds a payload value: the
 * drift log has more readers than the data.
 */
export interface DriftEntry {
  readonly kind: DriftKind;
  readonly column: string | null;
  readonly path: string | null;
  /** How often it was seen. */
  readonly count: number;
  readonly sample: string | null;
  /** Row of the input batch in which it was first seen. */
  readonly firstRow: number;
}

interface Observation {
  readonly kind: DriftKind;
  readonly column?: string | null;
  readonly path?: string | null;
  readonly sample?: string | null;
  readonly row: number;
  readonly count?: number;
}

type Counted = { -readonly [Field in keyof DriftEntry]: DriftEntry[Field] };

/** Sums observations per kind, column and path. */
export class DriftLog {
  readonly #entries = new Map<string, Counted>();

  add({ kind, column = null, path = null, sample = null, row, count = 1 }: Observation): void {
    const key = `${kind}\n${column ?? ''}\n${path ?? ''}`;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { kind, column, path, sample, count, firstRow: row });
    } else {
      entry.count += count;
    }
  }

  /** Everything since the last call, in order of first sight. */
  take(): DriftEntry[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }
}
