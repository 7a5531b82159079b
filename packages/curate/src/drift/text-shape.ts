/** What a text looks like, told without showing it: the drift log has more readers than the data. */
export type TextShape = 'json' | 'boolean' | 'integer' | 'number' | 'instant' | 'date' | 'uuid' | 'text';

const SHAPES: readonly (readonly [TextShape, RegExp])[] = [
  ['json', /^\s*[[{]/],
  ['boolean', /^(?:true|false)$/i],
  ['integer', /^-?\d+$/],
  ['number', /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i],
  ['instant', /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/],
  ['date', /^\d{4}-\d\d-\d\d$/],
  ['uuid', /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
];
/** Longer texts are told by their beginning. */
const LOOKED_AT = 64;

/** @example shapeOf(Buffer.from('2026-01-02')); // 'date' */
export function shapeOf(text: Uint8Array): TextShape {
  const start = Buffer.from(text.subarray(0, LOOKED_AT)).toString('utf8');
  return SHAPES.find(([, pattern]) => pattern.test(start))?.[0] ?? 'text';
}
