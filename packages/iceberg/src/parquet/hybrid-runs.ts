/** So many that their bits can be counted in 32 bits; a multiple of eight, so that each part begins with a byte. */
const UNPACKED_AT_ONCE = 2 ** 20;

/**
 * Values of a few bits each in Parquet's mix of repeated and packed runs ("RLE / bit-packing hybrid"): levels and
 * places in dictionaries. Fills `values` and
 * gives the largest; throws an `Error` where the bytes end
 * before.
 */
export function decodeHybrid(
  bytes: Uint8Array,
  range: { start: number; end: number },
  width: number,
  values: Int32Array,
): number {
  if (width > 24) throw new Error(`values of ${width} bits are not expected`);
  if (width === 0) {
    values.fill(0);
    return 0;
  }
  const count = values.length;
  let at = range.start;
  let filled = 0;
  let largest = 0;
  while (filled < count) {
    let header = 0;
    let shift = 0;
    let byte: number;
    do {
      if (at >= range.end || shift > 28) throw new Error('runs of values end early');
      byte = bytes[at++]!;
      header += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    if ((header & 1) === 0) {
      const repeats = Math.min(Math.floor(header / 2), count - filled);
      const valueBytes = (width + 7) >> 3;
      if (repeats === 0 || at + valueBytes > range.end) throw new Error('a run of values ends early');
      let value = 0;
      for (let index = 0; index < valueBytes; index++) value |= bytes[at + index]! << (8 * index);
      at += valueBytes;
      values.fill(value, filled, filled + repeats);
      largest = Math.max(largest, value);
      filled += repeats;
    } else {
      const packedBytes = Math.floor(header / 2) * width;
      const packed = Math.min(Math.floor(header / 2) * 8, count - filled);
      if (packed === 0 || at + Math.ceil((packed * width) / 8) > range.end)
        throw new Error('packed values end early');
      for (let done = 0; done < packed; done += UNPACKED_AT_ONCE) {
        const part = values.subarray(filled + done, filled + Math.min(packed, done + UNPACKED_AT_ONCE));
        largest = Math.max(largest, unpack(bytes, { at: at + (done / 8) * width, width }, part));
      }
      filled += packed;
      at += packedBytes;
    }
  }
  return largest;
}

/** Whether levels of one bit are one repeated run of ones: the usual form of a column in which nothing is null. */
export function isAllOnes(bytes: Uint8Array, range: { start: number; end: number }, count: number): boolean {
  let header = 0;
  let shift = 0;
  let at = range.start;
  let byte: number;
  do {
    if (at >= range.end || shift > 28) return false;
    byte = bytes[at++]!;
    header += (byte & 0x7f) * 2 ** shift;
    shift += 7;
  } while (byte >= 0x80);
  return (header & 1) === 0 && Math.floor(header / 2) >= count && at < range.end && bytes[at] === 1;
}

/** Values stand lowest bit first; each is cut out of the four bytes that hold it. */
function unpack(bytes: Uint8Array, { at, width }: { at: number; width: number }, into: Int32Array): number {
  const mask = (1 << width) - 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inside = Math.max(0, Math.min(into.length, Math.floor(((bytes.length - 4 - at) * 8) / width)));
  let largest = 0;
  for (let index = 0, bit = 0; index < inside; index++, bit += width) {
    const value = (view.getInt32(at + (bit >>> 3), true) >>> (bit & 7)) & mask;
    into[index] = value;
    if (value > largest) largest = value;
  }
  for (let index = inside; index < into.length; index++) {
    const bit = index * width;
    const start = at + Math.floor(bit / 8);
    let held = 0;
    for (let part = 0; part < 4; part++) held |= (bytes[start + part] ?? 0) << (8 * part);
    into[index] = (held >>> (bit & 7)) & mask;
    largest = Math.max(largest, into[index]!);
  }
  return largest;
}
