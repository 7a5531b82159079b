/**
 * FNV-1a of the UTF-8 bytes, 32 bits, unsigned: the same in every release, so that what was once spread by it is found
 * again.
 *
 * @example
 * stableHash('events') % 16;
 */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  // FNV's low bits are weak where a power of two divides: fold the high ones in.
  return (hash ^ (hash >>> 15)) >>> 0;
}
