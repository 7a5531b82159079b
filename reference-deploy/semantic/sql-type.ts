import type { ContractType } from '@lean-ops/core';

/** Type of a value in a view. */
export type SqlType =
  | {
      readonly kind:
        | 'text'
        | 'boolean'
        | 'int'
        | 'long'
        | 'float'
        | 'double'
        | 'date'
        | 'time'
        | 'timestamp'
        | 'timestamptz'
        | 'uuid'
        | 'binary';
    }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number };

/** Digits of an exact number: `precision` in all, `scale` of them behind the point. */
export interface Digits {
  readonly precision: number;
  readonly scale: number;
}

export const TEXT: SqlType = { kind: 'text' };
export const BOOLEAN: SqlType = { kind: 'boolean' };
export const INT: SqlType = { kind: 'int' };
export const LONG: SqlType = { kind: 'long' };
export const DOUBLE: SqlType = { kind: 'double' };
export const DATE: SqlType = { kind: 'date' };
export const INSTANT: SqlType = { kind: 'timestamptz' };

/** What every engine can hold. */
export const MOST_DIGITS = 38;

export function sqlType(type: ContractType): SqlType {
  const decimal = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return {
    kind: type === 'string' ? 'text' : (type as Exclude<ContractType, 'string' | `decimal${string}`>),
  };
}

/** As contracts spell it. */
export function typeText(type: SqlType): string {
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`;
  return type.kind === 'text' ? 'string' : type.kind;
}

export function isNumber({ kind }: SqlType): boolean {
  return isApproximate(kind) || kind === 'int' || kind === 'long' || kind === 'decimal';
}

/** Numbers whose arithmetic rounds. */
export function isApproximate(kind: SqlType['kind']): boolean {
  return kind === 'float' || kind === 'double';
}

/** Digits that hold every value of an exact number's type; null of other types. */
export function digitsOf(type: SqlType): Digits | null {
  if (type.kind === 'decimal') return type;
  if (type.kind === 'int') return { precision: 10, scale: 0 };
  return type.kind === 'long' ? { precision: 19, scale: 0 } : null;
}

/** The type of values of both, or null where there is none. */
export function commonType(left: SqlType, right: SqlType): SqlType | null {
  if (left.kind === right.kind && left.kind !== 'decimal') return left;
  if (!isNumber(left) || !isNumber(right)) return null;
  const [a, b] = [digitsOf(left), digitsOf(right)];
  if (a === null || b === null) return DOUBLE;
  if (left.kind !== 'decimal' && right.kind !== 'decimal') return LONG;
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  return precision > MOST_DIGITS ? null : { kind: 'decimal', precision, scale };
}
