import { CONTRACT_PRIMITIVES, type ContractPrimitive, type ContractType } from '@lean-ops/core';
import { CurateError } from '../error.js';

/** A contract type taken apart. */
export type TypeShape =
  | { readonly kind: ContractPrimitive }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

const PRIMITIVES: ReadonlySet<string> = new Set(CONTRACT_PRIMITIVES);
const DECIMAL = /^decimal\((\d{1,2}),\s*(\d{1,2})\)$/;
const MAX_PRECISION = 38;

/**
 * @throws {CurateError} `CONTRACT_INVALID` for a type that contracts do not know.
 * @example typeShape('decimal(10,2)'); // { kind: 'decimal', precision: 10, scale: 2 }
 */
export function typeShape(type: ContractType): TypeShape {
  if (PRIMITIVES.has(type)) return { kind: type as ContractPrimitive };
  const match = DECIMAL.exec(type);
  const precision = Number(match?.[1]);
  const scale = Number(match?.[2]);
  if (match !== null && precision >= 1 && precision <= MAX_PRECISION && scale <= precision) {
    return { kind: 'decimal', precision, scale };
  }
  throw new CurateError(
    `${JSON.stringify(type)} is not a contract type: use ${[...PRIMITIVES].join(', ')} or decimal(p,s) with 1 ≤ p ≤ 38 and 0 ≤ s ≤ p`,
    { code: 'CONTRACT_INVALID', context: { type } },
  );
}
