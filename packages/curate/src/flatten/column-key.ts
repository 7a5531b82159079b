import { utf8 } from './overflow.js';

/**
 * Bytes of UTF-8 that a key may have to become part of a column's path. A path is remembered in the table's metadata for
 * ever, and a message may hold a key as long as itself: without a limit a producer that puts values where keys belong
 * makes every commit of the table carry them.
 */
const MAX_KEY_BYTES = 1_024;

/** The key that the JSON string `source[start..end)`, quotes included, spells; null where it is too long for a column. */
export function columnKey(source: Uint8Array, start: number, end: number): string | null {
  const text = JSON.parse(utf8(source, start, end)) as string;
  // Escapes only make a spelling longer, so a short one needs no count.
  return end - start - 2 > MAX_KEY_BYTES && Buffer.byteLength(text, 'utf8') > MAX_KEY_BYTES ? null : text;
}
