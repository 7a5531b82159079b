import { compareInstants, type ExactInstant } from '../cast/instant.js';
import { compareBytes } from '../dedup/byte-arena.js';

/**
 * One comparable value of an order column; null is lowest.
 *
 * Instants are whole microseconds as `bigint`, or an {@link ExactInstant} where they have digits beyond. All values of
 * one column have the same kind.
 */
export type OrderValue = null | bigint | number | string | boolean | Uint8Array | ExactInstant;

/** Below zero when `left` is older than `right`. Texts and bytes compare as unsigned bytes. */
export function compareOrderValues(left: OrderValue, right: OrderValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  if (isInstant(left) || isInstant(right)) return compareInstants(asInstant(left), asInstant(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

function isInstant(value: OrderValue): value is ExactInstant {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function asInstant(value: OrderValue): ExactInstant {
  return isInstant(value) ? value : { micros: value as bigint, beyond: '' };
}
