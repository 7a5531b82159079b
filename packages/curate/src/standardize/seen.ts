/** Hashes a row keeps. Past it a message that might be a copy is looked up in RAW. */
export const SEEN_LIMIT = 64;

/** What `_seen` holds of a version: xxhash64 of its message id, a zero byte and its payload. */
export function seenHash(
  messageId: Uint8Array,
  payload: Uint8Array,
  hash: (bytes: Uint8Array) => bigint,
): bigint {
  const bytes = new Uint8Array(messageId.length + 1 + payload.length);
  bytes.set(messageId);
  bytes.set(payload, messageId.length + 1);
  return hash(bytes);
}

/** Adds hashes to those a row has; past the limit the oldest go. Null while there are none. */
export function foldSeen(seen: readonly bigint[] | null, added: readonly bigint[]): readonly bigint[] | null {
  const fresh = added.filter((hash, index) => !seen?.includes(hash) && added.indexOf(hash) === index);
  if (fresh.length === 0) return seen;
  return [...(seen ?? []), ...fresh].slice(-SEEN_LIMIT);
}
