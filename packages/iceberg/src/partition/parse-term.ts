import { IcebergError } from '../error.js';

const PATTERN =
  /^\s*(?:(year|month|day|hour|identity|void)\(\s*(.+?)\s*\)|(bucket|truncate)\(\s*(\d+)\s*,\s*(.+?)\s*\)|([^()]+?))\s*$/;

/** A column under a transform, as callers write it and as metadata spells it. */
export interface Term {
  /** `identity`, `day`, `bucket[16]`, … */
  readonly transform: string;
  readonly column: string;
}

/** Reads `region`, `day(ts)`, `bucket(16, id)`. `what` says in an error what the text is of. Throws `INVALID_ARGUMENT`. */
export function parseTerm(text: string, what: string): Term {
  const match = PATTERN.exec(text);
  if (!match) {
    throw invalidTerm(
      text,
      'expected a column, year|month|day|hour(column), bucket(n, column) or truncate(n, column)',
      what,
    );
  }
  if (match[1] !== undefined) return { transform: match[1], column: match[2]! };
  if (match[3] !== undefined) {
    const size = Number(match[4]);
    if (size < 1 || size > 2 ** 31 - 1) throw invalidTerm(text, 'the number must be 1 to 2147483647', what);
    return { transform: `${match[3]}[${size}]`, column: match[5]! };
  }
  return { transform: 'identity', column: match[6]! };
}

export function invalidTerm(text: string, reason: string, what: string): IcebergError {
  return new IcebergError(`The ${what} "${text}" is not valid: ${reason}.`, {
    code: 'INVALID_ARGUMENT',
    context: { term: text },
  });
}
