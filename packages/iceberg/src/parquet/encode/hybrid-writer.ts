import type { ByteSink } from './byte-sink.js';

/** A repeated run is worth its header from here on; packed values come in eights. */
const LEAST_REPEATS = 16;

/** Bits that hold any number up to `largest`. */
export function bitWidth(largest: number): number {
  return largest === 0 ? 0 : 32 - Math.clz32(largest);
}

/**
 * Writes small numbers in Parquet's mix of repeated and packed runs ("RLE / bit-packing hybrid"): levels and places in
 * dictionaries. `width` is 1 to 24.
 */
export function writeHybrid(
  sink: ByteSink,
  values: Int32Array | Uint8Array,
  { start, end, width }: { start: number; end: number; width: number },
): void {
  let packedFrom = start;
  let at = start;
  while (at < end) {
    const value = values[at]!;
    let next = at + 1;
    while (next < end && values[next] === value) next++;
    // A packed run before another run holds whole eights, so that it ends where the other begins.
    const aligned = at + ((8 - ((at - packedFrom) & 7)) & 7);
    if (next - aligned >= LEAST_REPEATS) {
      writePacked(sink, values, { start: packedFrom, end: aligned, width });
      writeRepeated(sink, value, next - aligned, width);
      packedFrom = next;
    }
    at = next;
  }
  writePacked(sink, values, { start: packedFrom, end, width });
}

/** One value so many times. */
export function writeRepeated(sink: ByteSink, value: number, count: number, width: number): void {
  sink.varint(count * 2);
  for (let shift = 0; shift < width; shift += 8) sink.byte((value >>> shift) & 255);
}

/** Lowest bits first; the last eight are filled up with zeros. */
function writePacked(
  sink: ByteSink,
  values: Int32Array | Uint8Array,
  { start, end, width }: { start: number; end: number; width: number },
): void {
  if (start === end) return;
  const groups = (end - start + 7) >> 3;
  sink.varint(groups * 2 + 1);
  const bytes = sink.grow(groups * width);
  // The sink's memory was used before: only the last eight may leave some of it.
  bytes.fill(0, Math.max(0, bytes.length - width));
  pack(values.subarray(start, end), width, bytes);
}

function pack(values: Int32Array | Uint8Array, width: number, bytes: Uint8Array): void {
  let to = 0;
  let held = 0;
  let bits = 0;
  for (let at = 0; at < values.length; at++) {
    held |= values[at]! << bits;
    bits += width;
    for (; bits >= 8; bits -= 8) {
      bytes[to++] = held;
      held >>>= 8;
    }
  }
  if (bits > 0) bytes[to] = held;
}
