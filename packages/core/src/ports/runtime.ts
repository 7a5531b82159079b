/** Wall-clock time. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, as `Date.now()`. */
  now(): number;
}

/** A source of randomness, replaced by a seeded one in tests. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A fresh random identifier, RFC 9562 version 4 in its text form. */
  uuid(): string;
}

/** Waits without tying up the process. Rejects with the signal's reason when aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log lines. `child` returns a logger whose lines all carry the given fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'Percent';

/** Named measurements with low-cardinality dimensions. */
export interface Metrics {
  add(name: string, value: number, unit: MetricUnit, dimensions?: Readonly<Record<string, string>>): void;
}
