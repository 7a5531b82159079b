/** MurmurHash3, x86, 32 bits, seed 0, as a signed integer (spec, Appendix B). */
export function murmur3(bytes: Uint8Array): number {
  const blockEnd = bytes.length - (bytes.length % 4);
  let hash = 0;
  for (let index = 0; index < blockEnd; index += 4) {
    const block =
      bytes[index]! | (bytes[index + 1]! << 8) | (bytes[index + 2]! << 16) | (bytes[index + 3]! << 24);
    hash ^= scramble(block);
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let index = bytes.length - 1; index >= blockEnd; index--) tail = (tail << 8) | bytes[index]!;
  if (bytes.length > blockEnd) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
