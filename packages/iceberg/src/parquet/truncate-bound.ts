import { firstCodePoints } from '../partition/transform.js';
import type { PrimitiveType } from '../type/iceberg-type.js';
import { primitiveKind } from '../type/primitive.js';
import type { MetricsMode } from './metrics-mode.js';

const encoder = new TextEncoder();
// Text keeps a byte order mark that it begins with: without the option the decoder would drop it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A lower bound cut to the mode's length: a prefix is never above the whole. Text is cut by code points. */
export function truncateLower(type: PrimitiveType, bound: Uint8Array, mode: MetricsMode): Uint8Array {
  if (mode.kind !== 'truncate') return bound;
  const { kind } = primitiveKind(type);
  if (kind === 'string') return encoder.encode(firstCodePoints(decoder.decode(bound), mode.length));
  if (kind === 'binary' || kind === 'fixed') return bound.slice(0, mode.length);
  return bound;
}

/**
 * An upper bound cut to the mode's length and raised, so that it stays above every value it stands for; `null` where
 * nothing of that length is above it.
 */
export function truncateUpper(type: PrimitiveType, bound: Uint8Array, mode: MetricsMode): Uint8Array | null {
  if (mode.kind !== 'truncate') return bound;
  const { kind } = primitiveKind(type);
  if (kind === 'string') return raiseText(decoder.decode(bound), mode.length);
  if (kind === 'binary' || kind === 'fixed') return raiseBytes(bound, mode.length);
  return bound;
}

function raiseText(text: string, length: number): Uint8Array | null {
  const kept = firstCodePoints(text, length);
  if (kept.length === text.length) return encoder.encode(text);
  const points = Array.from(kept, (character) => character.codePointAt(0)!);
  for (let last = points.length - 1; last >= 0; last--) {
    const point = points[last]!;
    if (point === 0x10ffff) continue;
    // Surrogates are no characters: the one after U+D7FF is U+E000.
    const next = point === 0xd7ff ? 0xe000 : point + 1;
    return encoder.encode(String.fromCodePoint(...points.slice(0, last), next));
  }
  return null;
}

function raiseBytes(bytes: Uint8Array, length: number): Uint8Array | null {
  if (bytes.length <= length) return bytes;
  for (let last = length - 1; last >= 0; last--) {
    if (bytes[last] === 0xff) continue;
    const raised = bytes.slice(0, last + 1);
    raised[last]!++;
    return raised;
  }
  return null;
}
