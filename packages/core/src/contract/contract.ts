import type { EnvelopeMode } from '../envelope.js';

/** Types a governed column may have, besides decimals. */
export const CONTRACT_PRIMITIVES = [
  'string',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'binary',
] as const;

export type ContractPrimitive = (typeof CONTRACT_PRIMITIVES)[number];

/** `decimal(precision,scale)` with 1 ≤ precision ≤ 38 and 0 ≤ scale ≤ precision, or a primitive name. */
export type ContractType = ContractPrimitive | `decimal(${number},${number})`;

/** How a sensitive column is written to Curated and to the error table. */
export type Sensitivity = 'last4' | 'hash' | 'redact' | 'drop';

/** One governed column of `curated.{topic}`. */
export interface ContractColumn {
  readonly type: ContractType;
  /** JSON path in the payload (`$.a.b`); default `$.<column name>`. An envelope column is named without `$.`. */
  readonly path?: string;
  /** Other paths tried in order when `path` is absent from the row. */
  readonly aliases?: readonly string[];
  /** Critical data element: `true` must be present and non-null, `"nonblank"` must also not be blank. */
  readonly cde?: boolean | 'nonblank';
  readonly default?: string | number | boolean;
  readonly enum?: readonly string[];
  /** What an unknown enum value does: `error` (default) fails the row, `null` writes null with a drift entry. */
  readonly onUnknown?: 'error' | 'null';
  readonly min?: number | string;
  readonly max?: number | string;
  /** Regular expression (RE2 syntax) the whole value must match. */
  readonly pattern?: string;
  readonly sensitive?: Sensitivity;
  /** Reads a timestamp without zone as UTC; otherwise it is an error. */
  readonly assumeUtc?: boolean;
  /** Unit of numeric instants; default: digits are refused as instants. */
  readonly epoch?: 'seconds' | 'millis' | 'micros';
  readonly description?: string;
}

export interface FlattenLimits {
  /** Levels of nesting that become columns; deeper values stay JSON text. Default 5. */
  readonly maxDepth?: number;
  /** Columns per table before values go to `_overflow`. Default 2,000. */
  readonly maxColumns?: number;
}

export interface QualityRules {
  /** Share of failing rows (0–1, of at least 100) that counts as a spike. Default 0.10. */
  readonly cdeSpikeThreshold?: number;
  /** `halt` stops the topic before anything is written. Default `alarm`. */
  readonly onSpike?: 'alarm' | 'halt';
}

/** Which engine runs a topic's Standardized and Curated jobs. */
export type Engine = 'node' | 'spark';

/** A topic's contract. Source: docs/layer_definitions.md, "Contract". */
export interface TopicContract {
  readonly topic: string;
  /** Semantic version of this contract. */
  readonly version: string;
  readonly owner: string;
  /** Envelope column or payload path of the merge key. Default `idempotency_key`. */
  readonly key?: string;
  /** Newest-wins order, most significant first. Default `["$.last_updated_ts", "publish_time"]`. */
  readonly orderBy?: readonly string[];
  readonly envelope?: EnvelopeMode;
  /** Partition fields of Standardized and Curated. Default `["period_reference"]`. */
  readonly partitionBy?: readonly string[];
  /** ISO 8601 duration: where to look for older versions first; only ever a hint. */
  readonly correctionWindow?: string;
  readonly flatten?: FlattenLimits;
  readonly columns: Readonly<Record<string, ContractColumn>>;
  readonly quality?: QualityRules;
  readonly engine?: Engine;
  readonly reset?: { readonly justification: string; readonly impact: string };
}
