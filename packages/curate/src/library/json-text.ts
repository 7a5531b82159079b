import { isAnyArrayBuffer } from 'node:util/types';

/** A row as plain data: a JSON text, its UTF-8 bytes, or an object that JSON can say. */
export type JsonRow = string | Uint8Array | object | null;

/** What a plain object holds that JSON cannot say. */
export class NotJson extends Error {}

/** A value that is printed as the given text (ECMAScript, "JSON.parse source text access"; not in the type library yet). */
const rawJson = (text: string): unknown =>
  (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);

/**
 * The JSON text of a row.
 *
 * Numbers are printed as JavaScript prints them, `bigint` with every digit, dates in ISO 8601; `toJSON` is asked. What
 * `JSON.stringify` would lose in silence (NaN, an invalid date, the content of a Map, a function) is refused.
 *
 * @throws {NotJson} saying what and where.
 */
export function jsonText(row: JsonRow): string | Uint8Array | null {
  if (row === null || row === undefined || typeof row === 'string' || row instanceof Uint8Array)
    return row ?? null;
  return said(row, sayable);
}

/**
 * The JSON text of a value by which rows are told apart: equal numbers have one text, however they are written.
 *
 * @throws {NotJson} saying what and where.
 */
export function identityText(value: unknown): string {
  return said(value, function (this: unknown, key, each) {
    if (!Number.isInteger(each)) return sayable.call(this, key, each);
    // -0 becomes 0, and 1e21 what 10n ** 21n is.
    return Number.isSafeInteger(each) ? (each as number) + 0 : rawJson(String(BigInt(each as number)));
  });
}

type Replacer = (this: unknown, key: string, value: unknown) => unknown;

function said(value: unknown, replacer: Replacer): string {
  try {
    const text = JSON.stringify(value, replacer) as string | undefined;
    if (text === undefined) throw new NotJson('the row is undefined');
    return text;
  } catch (error) {
    if (error instanceof NotJson) throw error;
    throw new NotJson(error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
}

/** Not an arrow function: `JSON.stringify` gives the holder of the value, before `toJSON`, as `this`. */
function sayable(this: unknown, key: string, value: unknown): unknown {
  const given = (this as Record<string, unknown>)[key];
  const refuse = (what: string): never => {
    throw new NotJson(`${key === '' ? 'the row' : JSON.stringify(key)} is ${what}`);
  };
  switch (typeof value) {
    case 'bigint':
      return rawJson(String(value));
    case 'number':
      if (!Number.isFinite(value)) return refuse(String(value));
      return Object.is(value, -0) ? rawJson('-0') : value;
    case 'function':
    case 'symbol':
      return refuse(`a ${typeof value}`);
    default:
      break;
  }
  if (given instanceof Date && Number.isNaN(given.getTime())) return refuse('an invalid date');
  if (given instanceof Map || given instanceof Set || ArrayBuffer.isView(given) || isAnyArrayBuffer(given))
    return refuse(`a ${given.constructor.name}, whose content JSON cannot say`);
  return value;
}
