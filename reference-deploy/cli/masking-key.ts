import type { CommandContext } from './command-context.js';
import { UsageError } from './usage-error.js';

/** A secret stays out of command lines, which others see. */
const VARIABLE = 'LEAN_OPS_MASKING_KEY';
/** Fewer could be found by trying. */
const LEAST_BYTES = 16;

/**
 * The key of columns with `sensitive: hash`, where the variable gives one: its text in UTF-8, as the secret of a deployment on AWS.
 *
 * @throws {UsageError} for one that is too short.
 */
export function maskingKeyOf({ env }: Pick<CommandContext, 'env'>): { readonly maskingKey?: Uint8Array } {
  const text = env[VARIABLE];
  if (text === undefined || text === '') return {};
  const maskingKey = new TextEncoder().encode(text);
  if (maskingKey.length >= LEAST_BYTES) return { maskingKey };
  throw new UsageError(
    `${VARIABLE} holds ${maskingKey.length} bytes, a masking key needs ${LEAST_BYTES} or more`,
  );
}
