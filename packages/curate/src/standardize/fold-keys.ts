import { Positions } from '../tables/positions.js';
import type { CarriedRow } from './carry-over.js';
import { decideKey, type MergeContext } from './decide-key.js';
import type { ExistingRow } from './existing-row.js';

/** Versions whose rows are written. */
export interface Winners {
  readonly versions: Int32Array;
  /** `_first_seen_ts` of those for which it is not their own `ingestion_ts`. */
  readonly firstSeen: ReadonlyMap<number, bigint>;
  /** `_seen` of those for which it is not what they say themselves. */
  readonly seen: ReadonlyMap<number, readonly bigint[] | null>;
}

/** What a step does to the rows of Standardized. */
export interface FoldedKeys {
  readonly winners: Winners;
  readonly carried: readonly CarriedRow[];
  /** Rows that give way to winners and carried rows. */
  readonly replaced: Positions;
  readonly copies: number;
  readonly superseded: number;
  readonly inserted: number;
  readonly updated: number;
  readonly reusedMessageIds: number;
}

const OPEN = -2;
const NONE = -1;

/**
 * Folds the versions of keys into the rows that are there, a row at a time: no row is held longer than it takes to
 * decide about its key, so a run that touches many keys holds no more than what it writes.
 */
export class KeyFold {
  readonly #context: MergeContext;
  readonly #isComplete: (key: number) => boolean;
  /** The version that wins, by key. */
  readonly #winners: Int32Array;
  readonly #firstSeen = new Map<number, bigint>();
  readonly #seen = new Map<number, readonly bigint[] | null>();
  readonly #carried: CarriedRow[] = [];
  readonly #replaced = new Positions();
  readonly #sums = { copies: 0, superseded: 0, inserted: 0, updated: 0, reusedMessageIds: 0 };

  /** `isComplete` tells the keys of which everything that RAW has is among the versions. */
  constructor(context: MergeContext, isComplete: (key: number) => boolean) {
    this.#context = context;
    this.#isComplete = isComplete;
    this.#winners = new Int32Array(context.versions.mergeKeys.length).fill(OPEN);
  }

  /** Decides about a key. The row may be a view of a batch: nothing of it is kept. */
  fold(key: number, row: ExistingRow | null): void {
    const { versions } = this.#context;
    this.#winners[key] = NONE;
    // Where everything is known, the row has nothing to add.
    const decision = decideKey(key, this.#isComplete(key) ? null : row, this.#context);
    this.#sums.copies += decision.copies;
    this.#sums.superseded += decision.superseded;
    this.#sums.reusedMessageIds += decision.reusedMessageIds;
    if (decision.unchanged) return;
    if (decision.version !== -1) {
      this.#winners[key] = decision.version;
      if (decision.firstSeen !== versions.ingestion(decision.version))
        this.#firstSeen.set(decision.version, decision.firstSeen);
      // Of most it is what they say themselves: nothing.
      if (decision.seen !== null || versions.isJourneyOrdered(decision.version))
        this.#seen.set(decision.version, decision.seen);
      this.#sums[row === null ? 'inserted' : 'updated']++;
    } else if (row !== null) {
      const { file, position } = row;
      this.#carried.push({ mergeKey: versions.mergeKeys.text(key), file, position, decision });
    }
    if (row !== null) this.#replaced.add(row.file, row.position);
  }

  /** Decides about the keys that no row had, and gives the whole. */
  finish(): FoldedKeys {
    const { versions } = this.#context;
    const winners = this.#winners;
    for (let key = 0; key < winners.length; key++) {
      if (winners[key] !== OPEN) continue;
      const last = versions.lastOfKey(key);
      if (versions.isAlone(last)) {
        winners[key] = last;
        this.#sums.inserted++;
      } else {
        this.fold(key, null);
      }
    }
    return {
      winners: {
        versions: winners.filter((version) => version !== NONE),
        firstSeen: this.#firstSeen,
        seen: this.#seen,
      },
      carried: this.#carried,
      replaced: this.#replaced,
      ...this.#sums,
    };
  }
}
