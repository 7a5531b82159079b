import { CONTRACT_DEFAULTS, ENVELOPE_COLUMNS, type Envelope, type TopicContract } from '@lean-ops/core';
import { CurateError } from '../error.js';
import { formatPath, parsePath } from '../path/json-path.js';

/** Where a topic's key comes from. */
export type KeySource =
  | { readonly kind: 'envelope'; readonly column: keyof Envelope }
  | { readonly kind: 'path'; readonly path: string };

/** Stands before a key that the contract names. */
export const KEY_PREFIX: Uint8Array = Buffer.from('k:');
/** Stands before a message id that takes the place of a missing key: the two can never meet. */
export const MESSAGE_PREFIX: Uint8Array = Buffer.from('m:');

/**
 * The source of a topic's merge key: the contract's `key`, default `idempotency_key`.
 *
 * @throws {CurateError} `CONTRACT_INVALID` when it is neither a text column of the envelope nor a JSON path.
 */
export function keySource(contract: TopicContract | null): KeySource {
  const key = contract?.key ?? CONTRACT_DEFAULTS.key;
  if (key.startsWith('$')) return { kind: 'path', path: formatPath(parsePath(key)) };
  const column = ENVELOPE_COLUMNS.find(({ name }) => name === key);
  if (column?.type !== 'string' || key === 'json_payload' || key === 'envelope_json') {
    throw new CurateError(
      `the contract of topic ${JSON.stringify(contract?.topic)} has the key ${JSON.stringify(key)}: name a text column of the envelope or a payload path that begins with "$."`,
      { code: 'CONTRACT_INVALID', context: { topic: contract?.topic, key } },
    );
  }
  return { kind: 'envelope', column: column.name };
}

/**
 * Whether a key is missing although it is not null: nothing but ASCII white space. Folding all rows with a blank key
 * into one would lose them.
 */
export function isBlank(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = source[at]!;
    if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) return false;
  }
  return true;
}
