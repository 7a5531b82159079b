import { createHmac, createSecretKey } from 'node:crypto';
import type { Sensitivity } from '@lean-ops/core';
import { CurateError } from '../error.js';

/** What stands for a redacted value. */
export const REDACTED = '***';
const SHOWN = 4;

/** Hides a text; the result is always text, whatever the column's type. */
export type Mask = (text: Uint8Array) => string;

/**
 * The mask of a sensitivity; null for `drop`, where nothing is written at all.
 *
 * `hash` is the lower-case hex HMAC-SHA-256 of the text's UTF-8 bytes: equal values stay joinable, and nobody without
 * the key can try values. `last4` shows the last four characters, and none of a text that has no more than four.
 *
 * @throws {CurateError} `MASKING_KEY_MISSING` for `hash` without a key.
 */
export function maskOf(sensitivity: Sensitivity, key: Uint8Array | undefined, column: string): Mask | null {
  switch (sensitivity) {
    case 'drop':
      return null;
    case 'redact':
      return () => REDACTED;
    case 'last4':
      return (text) => {
        const characters = [...Buffer.from(text).toString('utf8')];
        return `****${characters.length > SHOWN ? characters.slice(-SHOWN).join('') : ''}`;
      };
    case 'hash':
      if (key === undefined || key.length === 0) {
        throw new CurateError(
          `contract column ${column} is hashed and there is no masking key: give maskingKey, to a command by the variable LEAN_OPS_MASKING_KEY`,
          {
            code: 'MASKING_KEY_MISSING',
            context: { column },
          },
        );
      }
      return keyedHash(key);
  }
}

function keyedHash(key: Uint8Array): Mask {
  const secret = createSecretKey(key);
  return (text) => createHmac('sha256', secret).update(text).digest('hex');
}
