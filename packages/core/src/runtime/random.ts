import { randomUUID } from 'node:crypto';
import type { Random } from '../ports/runtime.js';

/** The runtime's own randomness; identifiers come from its cryptographic source. */
export const systemRandom: Random = { next: () => Math.random(), uuid: () => randomUUID() };

/**
 * A repeatable source: the same seed gives the same numbers and identifiers in the same order.
 *
 * The generator is mulberry32. It is for tests and simulations, never for secrets.
 *
 * @example
 * const random = seededRandom(42);
 * random.next();
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const nextUint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return {
    next: () => nextUint32() / 2 ** 32,
    uuid: () => formatUuid([nextUint32(), nextUint32(), nextUint32(), nextUint32()]),
  };
}

function formatUuid([a, b, c, d]: readonly [number, number, number, number]): string {
  const version = ((b & 0xffff0fff) | 0x4000) >>> 0;
  const variant = ((c & 0x3fffffff) | 0x80000000) >>> 0;
  const hex = [a, version, variant, d].map((word) => word.toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
