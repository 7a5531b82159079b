import { CurateError } from '../error.js';

/** An error for what no type checker would have let through. */
export function wrongCall(option: string, value: unknown, wanted: string): CurateError {
  return new CurateError(`${option} is ${shown(value)}: give ${wanted}`, {
    code: 'OPTION_INVALID',
    context: { option },
  });
}

/** @throws {CurateError} `OPTION_INVALID`. */
export function refuseNoObject(option: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) throw wrongCall(option, value, 'an object');
}

/** @throws {CurateError} `OPTION_INVALID` where an option that names columns does not hold a list of names. */
export function refuseNoNames(option: string, value: unknown): void {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return;
  throw wrongCall(option, value, 'the names of columns');
}

/**
 * A text is iterable by character and bytes by number: neither is what a caller means by rows.
 *
 * @throws {CurateError} `OPTION_INVALID`.
 */
export function refuseNoRows(rows: unknown, { async }: { readonly async: boolean }): void {
  const isMany = typeof rows === 'object' && rows !== null && !ArrayBuffer.isView(rows);
  if (isMany && (Symbol.iterator in rows || (async && Symbol.asyncIterator in rows))) return;
  throw wrongCall(
    'rows',
    rows,
    async
      ? 'an (async) iterable of rows, one row in an array'
      : 'an iterable of rows, of a stream "await Array.fromAsync(rows)"',
  );
}

/** What kind of value was given, for data is not to be shown. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number') return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  return Array.isArray(value) ? 'an array' : 'an object';
}
