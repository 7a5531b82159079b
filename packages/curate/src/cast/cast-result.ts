/** Why a text is not a value of a type. Stable: it is stored in `curated.{topic}_errors`. */
export type CastCode =
  /** Nothing but white space, for a type that is not text. */
  | 'BLANK'
  /** Not written as this type is written. */
  | 'MALFORMED'
  /** Well written, but the type or the calendar has no such value. */
  | 'OUT_OF_RANGE'
  /** A number with a decimal point or an exponent, for a whole number. */
  | 'NOT_INTEGER'
  /** More decimals than the scale holds. */
  | 'SCALE_EXCEEDED'
  /** More significant digits than a float or double can tell apart. */
  | 'PRECISION_EXCEEDED'
  /** Finer than a microsecond. */
  | 'FRACTION_TOO_FINE'
  /** A second 60, which no timestamp type can hold. */
  | 'LEAP_SECOND'
  /** An instant without zone, and no `assumeUtc`. */
  | 'ZONE_MISSING'
  /** A zone where the type has none. */
  | 'ZONE_UNEXPECTED'
  /** A number as an instant, and no `epoch` unit. */
  | 'EPOCH_UNIT_MISSING';

/** What the cast of one value gives. Failures are data: nothing throws. */
export type CastResult =
  | { readonly ok: true; readonly value: CastValue }
  | { readonly ok: false; readonly code: CastCode; readonly message: string };

/**
 * A typed value: int and date (days since 1970-01-01) `number`; float and double `number`; long, time (µs since
 * midnight), timestamp and timestamptz (µs since 1970-01-01T00:00:00Z) and decimal (unscaled) `bigint`; string
 * `string`; boolean `boolean`; uuid (16 bytes) and binary `Uint8Array`.
 */
export type CastValue = string | number | bigint | boolean | Uint8Array;

export interface CastOptions {
  /** Reads an instant without zone as UTC. */
  readonly assumeUtc?: boolean | undefined;
  /** Unit of instants written as numbers. */
  readonly epoch?: 'seconds' | 'millis' | 'micros' | undefined;
}
