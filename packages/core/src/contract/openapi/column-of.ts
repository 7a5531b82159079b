import type { ContractType } from '../contract.js';
import { isDecimalText } from '../decimal-text.js';
import type { Faults } from './faults.js';
import type { Place, Said } from './place.js';
import type { Bound, Shape } from './shape.js';
import { wholePattern } from './whole-pattern.js';

/** A contract's column before it is checked, and where its members come from. */
export interface DraftColumn {
  readonly column: Record<string, unknown>;
  readonly places: Map<string, Place>;
}

const FORMATS: Readonly<Record<string, Readonly<Record<string, ContractType>>>> = {
  string: {
    date: 'date',
    'date-time': 'timestamptz',
    'date-time-local': 'timestamp',
    'time-local': 'time',
    uuid: 'uuid',
    byte: 'binary',
  },
  integer: { int8: 'int', int16: 'int', int32: 'int', uint8: 'int', uint16: 'int', uint64: 'decimal(20,0)' },
  number: { float: 'float' },
};

/** The column that a value of this shape is written to. `required`: whether every event must have it. */
export function columnOf(shape: Shape, required: boolean, faults: Faults): DraftColumn {
  const places = new Map<string, Place>();
  const column: Record<string, unknown> = {};
  const say = (member: string, said: Said<unknown> | null): void => {
    if (said === null || said.value === undefined) return;
    column[member] = said.value;
    places.set(member, said.at);
  };
  const own = shape.extension.get('type');
  const type = own === undefined ? typeOf(shape, faults) : (own.value as ContractType);
  say('type', own ?? { value: type, at: shape.format?.at ?? shape.type ?? shape.at });
  if (required) column['cde'] = true;
  const isArray = shape.types?.has('array') === true;
  if (!isArray) {
    say('enum', valuesOf(shape, type, faults));
    say('min', boundOf(shape.min, 1, { shape, type, faults }));
    say('max', boundOf(shape.max, -1, { shape, type, faults }));
    if (shape.pattern !== null && (shape.types === null || shape.types.has('string')))
      say('pattern', { value: wholePattern(shape.pattern.value), at: shape.pattern.at });
    say('default', shape.default);
  }
  say('description', shape.description);
  for (const [member, said] of shape.extension) if (member !== 'name') say(member, said);
  return { column, places };
}

function typeOf({ types, format }: Shape, faults: Faults): ContractType {
  const scalars = [...(types ?? [])].filter((type) => type !== 'object');
  // A number may be an integer anyway. Of other types together, only text holds every value as it is.
  const kind = scalars.length === 2 && types!.has('integer') && types!.has('number') ? 'number' : scalars[0];
  if (kind === undefined || (scalars.length > 1 && kind !== 'number')) return 'string';
  if (kind === 'number' && format?.value === 'decimal') {
    faults.add(format.at, 'has no digits: say how many by x-lean-ops: { type: "decimal(10,2)" }');
  }
  const known = FORMATS[kind];
  const named =
    format !== null && known !== undefined && Object.hasOwn(known, format.value)
      ? known[format.value]
      : undefined;
  if (named !== undefined) return named;
  return kind === 'integer'
    ? 'long'
    : kind === 'number'
      ? 'double'
      : kind === 'boolean'
        ? 'boolean'
        : 'string';
}

function valuesOf(
  { enum: values, extension }: Shape,
  type: ContractType,
  faults: Faults,
): Said<unknown> | null {
  if (values === null || extension.has('enum')) return null;
  if (type === 'boolean' && values.value.includes(true) && values.value.includes(false)) return null;
  if (values.value.some((value) => typeof value === 'object')) {
    faults.add(values.at, 'holds lists or objects: a column has texts and numbers');
    return null;
  }
  if (type !== 'string') {
    const advice = 'say minimum and maximum instead, or read it as text by x-lean-ops: { type: "string" }';
    faults.add(values.at, `cannot be checked on a column of type ${type}: ${advice}`);
    return null;
  }
  return { value: [...new Set(values.value.map(String))], at: values.at };
}

interface BoundContext {
  readonly shape: Shape;
  readonly type: ContractType;
  readonly faults: Faults;
}

/** A contract's bounds are inclusive. `inward` is 1 for the least value, -1 for the greatest. */
function boundOf(
  said: Said<Bound> | null,
  inward: 1 | -1,
  { shape, type, faults }: BoundContext,
): Said<unknown> | null {
  const { types, extension } = shape;
  if (said === null || extension.has(inward === 1 ? 'min' : 'max')) return null;
  // On what is no number, JSON Schema has no bounds.
  if (types !== null && !types.has('integer') && !types.has('number')) return null;
  const { text, exclusive } = said.value;
  const inclusive = exclusive ? nextTo(text, inward, scaleOf(type)) : text;
  if (inclusive === null) {
    faults.add(
      said.at,
      `excludes its bound, and a column of type ${type} has no next value: give the least or greatest that is allowed`,
    );
    return null;
  }
  const number = Number(inclusive);
  return { value: String(number) === inclusive ? number : inclusive, at: said.at };
}

/** Digits behind the point of a type whose values can be counted. */
function scaleOf(type: ContractType): number | null {
  if (type === 'int' || type === 'long') return 0;
  const scale = /^decimal\(\d+,(\d+)\)$/.exec(type)?.[1];
  return scale === undefined ? null : Number(scale);
}

/** The next value with so many digits behind the point; null where there is none, or the bound has more digits. */
function nextTo(text: string, inward: 1 | -1, scale: number | null): string | null {
  if (scale === null || !isDecimalText(text)) return null;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > scale) return null;
  const units =
    BigInt(`${sign === '-' ? '-' : ''}${whole || '0'}${digits.padEnd(scale, '0')}`) + BigInt(inward);
  if (scale === 0) return String(units);
  const [minus, magnitude] = units < 0n ? ['-', -units] : ['', units];
  const padded = String(magnitude).padStart(scale + 1, '0');
  return `${minus}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
