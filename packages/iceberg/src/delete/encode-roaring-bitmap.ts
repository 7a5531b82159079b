import { concatBytes } from '../util/bytes.js';

const COOKIE = 12_347;
const COOKIE_WITHOUT_RUNS = 12_346;
const OFFSETS_FROM_CONTAINERS = 4;
const ARRAY_MAX = 4096;
const BITSET_BYTES = 8192;
const CONTAINER_VALUES = 65_536;
const BITMAP_VALUES = 2 ** 32;

/** The values below 65,536 of one container, and the runs of neighbours among them. */
interface Container {
  readonly key: number;
  readonly values: Uint16Array;
  readonly runs: number;
}

/**
 * A 64-bit roaring bitmap in the portable format (RoaringFormatSpec, "Extension for 64-bit Implementations") of
 * positions that ascend; every container takes the form that is smallest. The inverse of {@link decodeRoaring64}.
 *
 * Throws an `Error` where positions do not ascend or are no row positions.
 */
export function encodeRoaring64(positions: Float64Array): Uint8Array {
  const bitmaps: Uint8Array[] = [];
  for (let start = 0; start < positions.length; ) {
    const high = Math.floor(positions[start]! / BITMAP_VALUES);
    const end = endOf(positions, start, (high + 1) * BITMAP_VALUES);
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, high, true);
    bitmaps.push(key, encodeRoaring32(positions.subarray(start, end), high * BITMAP_VALUES));
    start = end;
  }
  const count = new Uint8Array(8);
  new DataView(count.buffer).setBigUint64(0, BigInt(bitmaps.length / 2), true);
  return concatBytes([count, ...bitmaps]);
}

/** Where the positions from `start` on that are below `limit` end. */
function endOf(positions: Float64Array, start: number, limit: number): number {
  const first = positions[start]!;
  if (!Number.isSafeInteger(first) || first < 0) throw new Error(`${first} is no row position`);
  let end = start + 1;
  while (end < positions.length && positions[end]! < limit) {
    if (!Number.isSafeInteger(positions[end]) || positions[end]! <= positions[end - 1]!)
      throw new Error(`the position ${positions[end]} does not come after ${positions[end - 1]}`);
    end++;
  }
  if (end < positions.length && !(positions[end]! > positions[end - 1]!))
    throw new Error(`the position ${positions[end]} does not come after ${positions[end - 1]}`);
  return end;
}

function encodeRoaring32(positions: Float64Array, base: number): Uint8Array {
  const containers = splitIntoContainers(positions, base);
  const hasRuns = containers.some(isRun);
  const bodies = containers.map(encodeContainer);
  const flagBytes = hasRuns ? Math.ceil(containers.length / 8) : 0;
  const hasOffsets = !hasRuns || containers.length >= OFFSETS_FROM_CONTAINERS;
  const head = new Uint8Array((hasRuns ? 4 + flagBytes : 8) + containers.length * (hasOffsets ? 8 : 4));
  const view = new DataView(head.buffer);
  let at = 4;
  if (hasRuns) {
    view.setUint32(0, COOKIE | ((containers.length - 1) << 16), true);
    for (const [index, container] of containers.entries())
      if (isRun(container)) head[4 + (index >> 3)]! |= 1 << (index & 7);
    at += flagBytes;
  } else {
    view.setUint32(0, COOKIE_WITHOUT_RUNS, true);
    view.setUint32(4, containers.length, true);
    at += 4;
  }
  for (const { key, values } of containers) {
    view.setUint16(at, key, true);
    view.setUint16(at + 2, values.length - 1, true);
    at += 4;
  }
  if (hasOffsets) {
    let offset = head.length;
    for (const body of bodies) {
      view.setUint32(at, offset, true);
      at += 4;
      offset += body.length;
    }
  }
  return concatBytes([head, ...bodies]);
}

function splitIntoContainers(positions: Float64Array, base: number): Container[] {
  const containers: Container[] = [];
  for (let start = 0; start < positions.length; ) {
    const key = Math.floor((positions[start]! - base) / CONTAINER_VALUES);
    const first = base + key * CONTAINER_VALUES;
    let end = start;
    let runs = 0;
    while (end < positions.length && positions[end]! < first + CONTAINER_VALUES) {
      if (end === start || positions[end]! !== positions[end - 1]! + 1) runs++;
      end++;
    }
    const values = Uint16Array.from(positions.subarray(start, end), (position) => position - first);
    containers.push({ key, values, runs });
    start = end;
  }
  return containers;
}

function isRun({ values, runs }: Container): boolean {
  return 2 + runs * 4 < (values.length <= ARRAY_MAX ? values.length * 2 : BITSET_BYTES);
}

function encodeContainer(container: Container): Uint8Array {
  const { values } = container;
  if (isRun(container)) return encodeRuns(container);
  if (values.length > ARRAY_MAX) {
    const bits = new Uint8Array(BITSET_BYTES);
    for (const value of values) bits[value >> 3]! |= 1 << (value & 7);
    return bits;
  }
  const body = new Uint8Array(values.length * 2);
  const view = new DataView(body.buffer);
  for (let index = 0; index < values.length; index++) view.setUint16(index * 2, values[index]!, true);
  return body;
}

/** The number of runs, then the first value of each and how many more follow it. */
function encodeRuns({ values, runs }: Container): Uint8Array {
  const body = new Uint8Array(2 + runs * 4);
  const view = new DataView(body.buffer);
  view.setUint16(0, runs, true);
  let at = 2;
  for (let start = 0; start < values.length; ) {
    let end = start + 1;
    while (end < values.length && values[end] === values[end - 1]! + 1) end++;
    view.setUint16(at, values[start]!, true);
    view.setUint16(at + 2, end - start - 1, true);
    at += 4;
    start = end;
  }
  return body;
}
