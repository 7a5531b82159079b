/**
 * Values of a few bits each in Parquet's mix of repeated and packed runs ("RLE / bit-packing hybrid"): levels and
 * places in dictionaries. Fills `values`; throws an `Error` where the bytes end
 * before.
 */
export function decodeHybrid(
  bytes: Uint8Array,
  range: { start: number; end: number },
  width: number,
  values: Int32Array,
): void {
  if (width > 24) throw new Error(`values of ${width} bits are not expected`);
  if (width === 0) {
    values.fill(0);
    return;
  }
  const count = values.length;
  let at = range.start;
  let filled = 0;
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
      filled += repeats;
    } else {
      const packedBytes = Math.floor(header / 2) * width;
      const packed = Math.min(Math.floor(header / 2) * 8, count - filled);
      if (packed === 0 || at + Math.ceil((packed * width) / 8) > range.end)
        throw new Error('packed values end early');
      unpack(bytes, at, width, values, filled, packed);
      filled += packed;
      at += packedBytes;
    }
  }
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

/** Values stand lowest bit first. */
function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  into: Int32Array,
  from: number,
  count: number,
): void {
  const mask = (1 << width) - 1;
  let at = start;
  let held = 0;
  let bits = 0;
  for (let index = 0; index < count; index++) {
    while (bits < width) {
      held |= bytes[at++]! << bits;
      bits += 8;
    }
    into[from + index] = held & mask;
    held >>>= width;
    bits -= width;
  }
}
