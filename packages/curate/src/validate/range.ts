import type { ContractColumn } from '@lean-ops/core';
import type { CastValue } from '../cast/cast-result.js';
import { castOf } from '../cast/cast-value.js';
import type { TypeShape } from '../cast/contract-type.js';
import { compareToDecimal, parseDecimal } from '../cast/decimal.js';
import { numberText } from '../cast/number-text.js';

/** Below zero when a value is less than the bound. A string's value is its UTF-8 bytes. */
export type CompareToBound = (value: Exclude<CastValue, string>) => number;

/**
 * Compiles a bound: whole numbers and decimals compare exactly, floats as numbers, dates and times as such, strings by
 * their UTF-8 bytes. Null where the type has no order or the bound is not of the type.
 */
export function compileBound(
  shape: TypeShape,
  bound: number | string,
  column: ContractColumn,
): CompareToBound | null {
  const text = Buffer.from(String(bound), 'utf8');
  switch (shape.kind) {
    case 'int':
    case 'long':
    case 'decimal': {
      const number = numberText(text);
      const decimal = typeof number === 'string' ? null : parseDecimal(number.spelled);
      const scale = shape.kind === 'decimal' ? shape.scale : 0;
      return decimal && ((value) => compareToDecimal(BigInt(value as bigint | number), scale, decimal));
    }
    case 'float':
    case 'double': {
      const spelled = typeof numberText(text) === 'string' ? Number.NaN : Number(bound);
      // As the column holds it: the float nearest to 0.7 is below the double, and 0.7 is not below 0.7.
      const limit = shape.kind === 'float' ? Math.fround(spelled) : spelled;
      return Number.isNaN(limit) ? null : (value) => (value as number) - limit;
    }
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz': {
      const limit = castOf(shape, column)?.(text);
      if (typeof limit !== 'number' && typeof limit !== 'bigint') return null;
      return (value) => ((value as bigint) < limit ? -1 : (value as bigint) > limit ? 1 : 0);
    }
    case 'string':
      return (value) => Buffer.compare(value as Uint8Array, text);
    default:
      return null;
  }
}
