import { decodeThriftPrefix, type ThriftStruct } from './thrift-compact.js';

/** Field ids of Parquet's `BloomFilterHeader`; each of the last three is a union whose only member so far has id 1. */
const HEADER = { byteCount: 1, algorithm: 2, hash: 3, compression: 4 };
const BLOCK_BYTES = 32;
/** One odd number per word of a block (Parquet's "Bloom Filter", split blocks). */
const SALT: readonly number[] = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
];

/** The head of a Bloom filter as a file holds it. */
export interface BloomFilterHeader {
  /** Bytes of the header itself; the bits follow. */
  readonly length: number;
  readonly bitBytes: number;
}

/**
 * Reads the head of a Bloom filter from bytes that begin with it; `null` for one of a kind this version does not know.
 * Throws an `Error` for a damaged one.
 */
export function readBloomFilterHeader(bytes: Uint8Array): BloomFilterHeader | null {
  const { struct, length } = decodeThriftPrefix(bytes);
  const known = [HEADER.algorithm, HEADER.hash, HEADER.compression].every((field) => {
    const union = struct.get(field)?.value;
    return union instanceof Map && (union as ThriftStruct).has(1);
  });
  if (!known) return null;
  const bitBytes = struct.get(HEADER.byteCount)?.value;
  if (typeof bitBytes !== 'bigint' || bitBytes <= 0n || bitBytes % BigInt(BLOCK_BYTES) !== 0n)
    throw new Error(`a Bloom filter is said to have ${String(bitBytes)} bytes`);
  return { length, bitBytes: Number(bitBytes) };
}

/** The bits of a split-block Bloom filter. */
export class BloomFilter {
  readonly #words: DataView;
  readonly #blocks: bigint;

  constructor(bits: Uint8Array) {
    this.#words = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
    this.#blocks = BigInt(bits.length / BLOCK_BYTES);
  }

  /** Whether a value of this XXH64 hash (seed 0) may be among the filter's; `false` is certain. */
  mightContain(hash: bigint): boolean {
    const block = Number(((hash >> 32n) * this.#blocks) >> 32n) * BLOCK_BYTES;
    const key = Number(hash & 0xffffffffn) | 0;
    return SALT.every((salt, word) => {
      const bit = Math.imul(key, salt) >>> 27;
      return ((this.#words.getUint32(block + word * 4, true) >>> bit) & 1) === 1;
    });
  }
}
