import { CONTRACT_PRIMITIVES, type ContractType } from './contract.js';

const PRIMITIVES: ReadonlySet<string> = new Set(CONTRACT_PRIMITIVES);

const MAX_PRECISION = 38;

/** Why a text is no column type, or null when it is one. */
export function columnTypeFault(type: string): string | null {
  if (PRIMITIVES.has(type)) return null;
  if (!type.startsWith('decimal')) {
    return `is not a type: use ${[...PRIMITIVES].join(', ')} or decimal(precision,scale)`;
  }
  const match = /^decimal\((0|[1-9]\d*),(0|[1-9]\d*)\)$/.exec(type);
  if (match === null)
    return 'must be spelled decimal(precision,scale), without spaces, such as decimal(10,2)';
  const precision = Number(match[1]);
  const scale = Number(match[2]);
  if (precision < 1 || precision > MAX_PRECISION) return `must have a precision from 1 to ${MAX_PRECISION}`;
  if (scale > precision) return `must have a scale from 0 to its precision (${precision})`;
  return null;
}

export type TypeFamily = 'text' | 'boolean' | 'integer' | 'fraction' | 'temporal' | 'bytes';

/** The family that decides which checks make sense on a column. */
export function typeFamily(type: ContractType): TypeFamily {
  if (type.startsWith('decimal')) return 'fraction';
  switch (type) {
    case 'string':
    case 'uuid':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'int':
    case 'long':
      return 'integer';
    case 'float':
    case 'double':
      return 'fraction';
    case 'binary':
      return 'bytes';
    default:
      return 'temporal';
  }
}
