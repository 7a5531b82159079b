import { uuidText } from '../../util/bytes.js';

/** A UUID of version 7 (RFC 9562), as the REST specification wants an `Idempotency-Key` to be. */
export function idempotencyKey(now: number, random: Uint8Array): string {
  const bytes = random.slice(0, 16);
  for (let index = 0; index < 6; index++) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) % 256;
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}
