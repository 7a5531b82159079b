import type { Value } from '../type/value.js';
import { toHex } from '../util/bytes.js';

/** A text that is equal for equal partitions of one spec and for no others. */
export function partitionKey(specId: number, values: readonly (Value | null)[]): string {
  let key = String(specId);
  for (const value of values) key += `|${valueKey(value)}`;
  return key;
}

function valueKey(value: Value | null): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `x${toHex(value)}`;
  if (typeof value === 'string') return `s${value.length}:${value}`;
  // NaN is one partition, and so is each of the two zeros: they have different bytes.
  return `${typeof value}${Object.is(value, -0) ? '-0' : String(value)}`;
}
