import type { FaultClass } from './fault-class.js';

/** Rows of RAW with this SQS message id: one per delivery that was accepted. */
interface RawExpectation {
  readonly at: 'raw';
  readonly sqsMessageId: string;
  readonly rows: number;
}

/** The message is in quarantine, whole: not in RAW, but in the tracker and, byte for byte, in the archive. */
interface QuarantineExpectation {
  readonly at: 'quarantine';
  readonly sqsMessageId: string;
  readonly bodySha256: string;
}

/** Exactly one row of the parse errors holds this payload, byte for byte. */
interface ParseErrorExpectation {
  readonly at: 'parse-errors';
  readonly messageId: string;
  readonly payloadSha256: string;
}

/**
 * Exactly one row of Standardized has the merge key, and its values are these (by JSON path, or by the name of an
 * envelope column); `null`: no row has it.
 */
interface StandardizedExpectation {
  readonly at: 'standardized';
  readonly mergeKey: string;
  readonly values: Readonly<Record<string, string | null>> | null;
}

/** Exactly one row of Curated has the merge key, and its values are these (by column); `null`: no row has it. */
interface CuratedExpectation {
  readonly at: 'curated';
  readonly mergeKey: string;
  readonly values: Readonly<Record<string, string | null>> | null;
}

/** The open error of the merge key: exactly one row, naming the column; `null`: no row has the merge key. */
interface ErrorExpectation {
  readonly at: 'errors';
  readonly mergeKey: string;
  readonly failure: { readonly messageId: string; readonly column: string } | null;
}

/** The drift log of the topic has an entry of this kind about this JSON path (`null`: about no path). */
interface DriftExpectation {
  readonly at: 'drift-log';
  readonly kind: string;
  readonly path: string | null;
}

/** Where one message, or what became of it, must be found once nothing is in flight. */
export type Expectation =
  | RawExpectation
  | QuarantineExpectation
  | ParseErrorExpectation
  | StandardizedExpectation
  | CuratedExpectation
  | ErrorExpectation
  | DriftExpectation;

/** One injected fault and where every trace of it belongs. */
export interface GroundTruthRecord {
  readonly faultClass: FaultClass;
  /** Table-safe topic, or `unknown`. */
  readonly topic: string;
  /** Unique within the stream. */
  readonly id: string;
  /** Every message of the fault, in the order of sending; a redelivery repeats an id. */
  readonly sqsMessageIds: readonly string[];
  /** All of them must hold. */
  readonly expect: readonly Expectation[];
}
