import type { Clock, LogFields, Logger, LogLevel } from '../ports/runtime.js';
import { systemClock } from './clock.js';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

type Emit = (level: LogLevel, message: string, fields: LogFields) => void;

function loggerOf(emit: Emit, bound: LogFields): Logger {
  const line =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void =>
      emit(level, message, { ...bound, ...fields });
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => loggerOf(emit, { ...bound, ...fields }),
  };
}

/** Drops every line. */
export const silentLogger: Logger = loggerOf(() => {}, {});

export interface JsonLoggerOptions {
  /** Where lines go, e.g. `process.stderr`. */
  readonly stream: { write(text: string): unknown };
  /** Lines below this level are dropped. Default `info`. */
  readonly level?: LogLevel;
  /** Stamps the lines. Default {@link systemClock}. */
  readonly clock?: Clock;
  /** Fields that every line carries. */
  readonly fields?: LogFields;
}

/**
 * One JSON object per line: `timestamp`, `level`, `message`, then the fields.
 *
 * Errors are written with name, code, message, stack and cause; `bigint` as text. A line never throws: a
 * field that cannot be written is replaced by a note.
 *
 * @example
 * const logger = jsonLogger({ stream: process.stderr, fields: { service: 'ingest' } });
 * logger.warn('record handed back', { sqsMessageId, error });
 */
export function jsonLogger(options: JsonLoggerOptions): Logger {
  const { stream, level: threshold = 'info', clock = systemClock, fields: bound = {} } = options;
  const least = LEVELS.indexOf(threshold);
  return loggerOf((level, message, fields) => {
    if (LEVELS.indexOf(level) < least) return;
    const timestamp = new Date(clock.now()).toISOString();
    stream.write(`${serialiseLine({ timestamp, level, message, ...fields })}\n`);
  }, bound);
}

function serialiseLine(line: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(line, plainValue);
  } catch (error) {
    const { timestamp, level, message } = line;
    return JSON.stringify({ timestamp, level, message, loggingFailed: String(error) });
  }
}

function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) {
    const { name, message, stack, cause, ...own } = value as Error & Record<string, unknown>;
    return { name, message, ...own, ...(cause === undefined ? {} : { cause }), stack };
  }
  return value;
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps its lines for inspection, those of its children too. */
export class MemoryLogger implements Logger {
  readonly lines: LogLine[] = [];
  readonly #logger: Logger = loggerOf((level, message, fields) => {
    this.lines.push({ level, message, fields });
  }, {});

  debug(message: string, fields?: LogFields): void {
    this.#logger.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.info(message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(message, fields);
  }

  child(fields: LogFields): Logger {
    return this.#logger.child(fields);
  }
}
