import type { HashBytes } from './byte-arena.js';

/**
 * A hash that nobody can flood who does not know its key: HalfSipHash-1-3, as the Linux kernel keeps its hash tables.
 * Ids and keys come from producers, who could choose millions for which any hash known in advance is the same.
 *
 * @param key 64 bits, by default drawn anew. No result depends on it, only how long it takes.
 */
export function seededHash(key: Uint32Array = crypto.getRandomValues(new Uint32Array(2))): HashBytes {
  const left = key[0]! | 0;
  const right = key[1]! | 0;
  return (source, start, end) => {
    let v0 = left;
    let v1 = right;
    let v2 = left ^ 0x6c796765;
    let v3 = right ^ 0x74656462;
    const last = start + ((end - start) & ~3);
    for (let at = start; at < last; at += 4) {
      const word = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    // The bytes that are left, up to three, and the length; then three rounds to end with.
    let rest = (end - start) << 24;
    for (let at = last, shift = 0; at < end; at++, shift += 8) rest |= source[at]! << shift;
    v3 ^= rest;
    for (let round = 0; round < 4; round++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      if (round > 0) continue;
      v0 ^= rest;
      v2 ^= 0xff;
    }
    return v1 ^ v3;
  };
}
