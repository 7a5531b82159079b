/**
 * A second hash of payloads, 32 bits, beside xxhash64: eight bytes at a time in two lanes. Two payloads count as the same
 * bytes where both hashes and the length are the same.
 */
export function payloadCheck(bytes: DataView, start: number, end: number): number {
  let left = 0x811c9dc5 | 0;
  let right = (end - start) | 0;
  const whole = end - 7;
  let at = start;
  for (; at < whole; at += 8) {
    left = Math.imul(left ^ bytes.getInt32(at, true), 0x85ebca6b);
    left ^= left >>> 15;
    right = Math.imul(right ^ bytes.getInt32(at + 4, true), 0xc2b2ae35);
    right ^= right >>> 13;
  }
  for (; at < end; at++) left = Math.imul(left ^ bytes.getUint8(at), 0x01000193);
  return Math.imul(left, 0x9e3779b1) ^ right;
}
