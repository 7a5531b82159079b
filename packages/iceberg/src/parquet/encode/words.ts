/*
 * Bytes four at a time. Hashing, comparing and copying the values of a column this way takes about a third of what the
 * same takes byte by byte; a `DataView` reads words from any place.
 */

/** A view for reading words of `bytes`, with the same positions. */
export function wordsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** 32 bits of a text's bytes. Equality is decided on the bytes. */
export function hashWords(words: DataView, start: number, end: number): number {
  let hash = Math.imul(end - start, 0x85ebca6b);
  let at = start;
  for (; at < end - 3; at += 4) {
    hash = Math.imul(hash ^ words.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ words.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
  return hash ^ (hash >>> 16);
}

/** Whether `length` bytes are the same in two places. */
export function isSame(left: DataView, at: number, right: DataView, other: number, length: number): boolean {
  let done = 0;
  for (; done < length - 3; done += 4) {
    if (left.getInt32(at + done, true) !== right.getInt32(other + done, true)) return false;
  }
  for (; done < length; done++) if (left.getUint8(at + done) !== right.getUint8(other + done)) return false;
  return true;
}

/** Copies `source[start..end)` to `at`. */
export function copyWords(
  source: DataView,
  { start, end }: { start: number; end: number },
  target: DataView,
  at: number,
): void {
  let from = start;
  let to = at;
  // The engine moves these in one piece: no object is made of them on the way.
  for (; from < end - 7; from += 8, to += 8) target.setBigInt64(to, source.getBigInt64(from, true), true);
  for (; from < end - 3; from += 4, to += 4) target.setInt32(to, source.getInt32(from, true), true);
  for (; from < end; from++, to++) target.setUint8(to, source.getUint8(from));
}

/** Below zero where `source[start..end)` comes before `source[from..to)`, by unsigned bytes. */
export function compareWords(source: DataView, start: number, end: number, from: number, to: number): number {
  const shared = Math.min(end - start, to - from);
  let at = 0;
  for (; at < shared - 3; at += 4) {
    const left = source.getUint32(start + at);
    const right = source.getUint32(from + at);
    if (left !== right) return left < right ? -1 : 1;
  }
  for (; at < shared; at++) {
    const difference = source.getUint8(start + at) - source.getUint8(from + at);
    if (difference !== 0) return difference;
  }
  return end - start - (to - from);
}
