import loadXxhash from 'xxhash-wasm';

/** XXH64 with seed 42 of some bytes, as a signed 64-bit integer: what Spark's `xxhash64(binary)` prints. */
export type PayloadHash = (bytes: Uint8Array) => bigint;

const SPARK_SEED = 42n;

/**
 * Loads the hash of `_payload_hash`: compile once, then hash synchronously.
 *
 * @example
 * const payloadHash = await loadPayloadHash();
 * payloadHash(Buffer.from('')); // -7444071767201028348n
 */
export async function loadPayloadHash(): Promise<PayloadHash> {
  const { h64Raw } = await loadXxhash();
  return (bytes) => BigInt.asIntN(64, h64Raw(bytes, SPARK_SEED));
}
