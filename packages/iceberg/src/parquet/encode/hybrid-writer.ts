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
  while (findRun(values, packedFrom, end)) {
    const { from, to } = run;
    writePacked(sink, values, { start: packedFrom, end: from, width });
    writeRepeated(sink, values[from]!, to - from, width);
    packedFrom = to;
  }
  writePacked(sink, values, { start: packedFrom, end, width });
}

/** What {@link findRun} found. */
const run = { from: 0, to: 0 };

/**
 * The next repeated run that is worth it. A packed run before it holds whole eights, so that it ends where the other
 * begins.
 */
function findRun(values: Int32Array | Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const value = values[at]!;
    let next = at + 1;
    while (next < end && values[next] === value) next++;
    const aligned = at + ((8 - ((at - start) & 7)) & 7);
    if (next - aligned >= LEAST_REPEATS) {
      run.from = aligned;
      run.to = next;
      return true;
    }
    at = next;
  }
  return false;
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
  for (let at = start; at < end; at += PACKED_AT_ONCE) {
    const last = Math.min(end, at + PACKED_AT_ONCE);
    pack(values, { start: at, end: last, width }, bytes, ((at - start) >> 3) * width);
  }
}

/** Whole eights; few enough that the loop is compiled before it begins, not while it runs. */
const PACKED_AT_ONCE = 512;

function pack(
  values: Int32Array | Uint8Array,
  { start, end, width }: { start: number; end: number; width: number },
  bytes: Uint8Array,
  from: number,
): void {
  let to = from;
  let held = 0;
  let bits = 0;
  for (let at = start; at < end; at++) {
    held |= values[at]! << bits;
    bits += width;
    for (; bits >= 8; bits -= 8) {
      bytes[to++] = held;
      held >>>= 8;
    }
  }
  // The last eight may be fewer, and the memory was used before.
  const full = from + ((end - start + 7) >> 3) * width;
  for (; to < full; to++) {
    bytes[to] = held;
    held = 0;
  }
}
