/** One thing that does not add up. */
export interface Difference {
  /** The equation or comparison that failed, in the words of docs/data-accountability.md. */
  readonly equation: string;
  readonly left: number;
  readonly right: number;
  readonly detail: string;
  /** Up to ten merge keys or message ids by which it can be found. */
  readonly samples: readonly string[];
}

/**
 * The accountability of one topic, recomputed from its tables.
 *
 * Counts of rows of the tables as they were when Standardized and Curated last moved their watermarks; what has
 * arrived since is `pending`.
 */
export interface Reconciliation {
  readonly topic: string;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  readonly balanced: boolean;
  /** Distinct SQS message ids sent; null where nobody counted them. */
  readonly messages: number | null;
  readonly inFlight: number;
  /** Messages that are not in RAW, by where they are. */
  readonly quarantined: number;
  readonly deadLettered: number;
  readonly deliveryFailures: number;
  /** RAW rows that Standardized has read. */
  readonly raw: number;
  /** Versions that a rebuild carried over from the tables it replaced, of which RAW has nothing: `raw + carried = …`. */
  readonly carried: number;
  readonly copies: number;
  readonly superseded: number;
  readonly parseErrors: number;
  readonly standardized: number;
  /** Null for a topic without a contract. */
  readonly curated: number | null;
  readonly openErrors: number | null;
  /** Rows that the next layer has not read yet. */
  readonly pending: { readonly raw: number; readonly standardized: number };
  readonly differences: readonly Difference[];
}
