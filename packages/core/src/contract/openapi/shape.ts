import { compareDecimals } from '../decimal-text.js';
import type { Faults } from './faults.js';
import type { Place, Said } from './place.js';
import { placeId } from './place.js';

export type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';

/** A schema, or several that are combined. Resolved only when its column is reached. */
export type Term =
  | { readonly kind: 'schema'; readonly at: Place; readonly trail: Trail | null; readonly via: Place }
  | { readonly kind: 'all' | 'any'; readonly terms: readonly Term[] }
  | { readonly kind: 'fixed'; readonly shape: Shape };

/** The schemas around one, innermost first: one that is among them already goes in circles. */
export interface Trail {
  readonly id: string;
  readonly depth: number;
  readonly outer: Trail | null;
}

export interface Property {
  readonly term: Term;
  /** Where the property is named. */
  readonly at: Place;
}

/** A bound as it is written: a number may have more digits than a double. */
export interface Bound {
  readonly text: string;
  readonly exclusive: boolean;
}

/** What a schema says once its references, `allOf` and `oneOf` are worked in. */
export interface Shape {
  readonly at: Place;
  /** Without `null`; null where the schema names no type. */
  readonly types: ReadonlySet<JsonType> | null;
  /** Null where nothing is said of it. */
  readonly nullable: boolean | null;
  readonly properties: ReadonlyMap<string, Property>;
  readonly required: ReadonlySet<string>;
  readonly type: Place | null;
  readonly format: Said<string> | null;
  readonly enum: Said<readonly unknown[]> | null;
  readonly min: Said<Bound> | null;
  readonly max: Said<Bound> | null;
  readonly pattern: Said<string> | null;
  readonly default: Said<unknown> | null;
  readonly description: Said<string> | null;
  /** Members of `x-lean-ops`. */
  readonly extension: ReadonlyMap<string, Said<unknown>>;
}

export function emptyShape(at: Place): Shape {
  return {
    at,
    types: null,
    nullable: null,
    properties: new Map(),
    required: new Set(),
    type: null,
    format: null,
    enum: null,
    min: null,
    max: null,
    pattern: null,
    default: null,
    description: null,
    extension: new Map(),
  };
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** What satisfies both: `allOf`. Where one thing only can be said, the first says it. */
export function intersect(one: Shape, other: Shape, faults: Faults): Shape {
  const conflict = (a: Said<unknown> | null, b: Said<unknown> | null, what: string): void => {
    if (a === null || b === null || same(a.value, b.value)) return;
    const where = `${a.at.source.file} at ${a.at.path.join('.')}`;
    faults.add(b.at, `is another ${what} than the schema has already (${where}): both cannot hold`);
  };
  conflict(one.format, other.format, 'format');
  conflict(one.pattern, other.pattern, 'pattern');
  const properties = new Map(one.properties);
  for (const [name, property] of other.properties) {
    const first = properties.get(name);
    properties.set(
      name,
      first === undefined
        ? property
        : { at: first.at, term: { kind: 'all', terms: [first.term, property.term] } },
    );
  }
  return {
    at: one.at,
    types: commonTypes(one, other, faults),
    nullable:
      one.nullable === null || other.nullable === null
        ? (one.nullable ?? other.nullable)
        : one.nullable && other.nullable,
    properties,
    required: new Set([...one.required, ...other.required]),
    type: one.type ?? other.type,
    format: one.format ?? other.format,
    enum: commonValues(one.enum, other.enum, faults),
    min: tighter(one.min, other.min, 1),
    max: tighter(one.max, other.max, -1),
    pattern: one.pattern ?? other.pattern,
    default: one.default ?? other.default,
    description: one.description ?? other.description,
    extension: new Map([...other.extension, ...one.extension]),
  };
}

function commonTypes(one: Shape, other: Shape, faults: Faults): Shape['types'] {
  if (one.types === null || other.types === null) return one.types ?? other.types;
  const common = new Set<JsonType>();
  for (const type of one.types) {
    if (other.types.has(type) || (type === 'integer' && other.types.has('number'))) common.add(type);
    else if (type === 'number' && other.types.has('integer')) common.add('integer');
  }
  if (common.size === 0 && one.types.size > 0 && other.types.size > 0) {
    const reason = `is ${[...other.types].join(' or ')}, and ${placeId(one.type ?? one.at)} says ${[...one.types].join(' or ')}: both cannot hold`;
    faults.add(other.type ?? other.at, reason);
  }
  return common;
}

function commonValues(one: Shape['enum'], other: Shape['enum'], faults: Faults): Shape['enum'] {
  if (one === null || other === null) return one ?? other;
  const value = one.value.filter((candidate) => other.value.some((each) => same(each, candidate)));
  if (value.length === 0) faults.add(other.at, 'has no value in common with the enum that is there already');
  return { value, at: one.at };
}

/** The bound that lets less through. `direction` is 1 for the least value, -1 for the greatest. */
function tighter(one: Said<Bound> | null, other: Said<Bound> | null, direction: 1 | -1): Said<Bound> | null {
  if (one === null || other === null) return one ?? other;
  const order = direction * compareDecimals(one.value.text, other.value.text);
  return order > 0 || (order === 0 && one.value.exclusive) ? one : other;
}

/** What satisfies one of the two: `oneOf` and `anyOf`. A check stays where both make it, as the looser of them. */
export function unite(one: Shape, other: Shape, faults: Faults): Shape {
  const agreed = <Value>(a: Said<Value> | null, b: Said<Value> | null): Said<Value> | null =>
    a !== null && b !== null && same(a.value, b.value) ? a : null;
  const looser = (a: Said<Bound> | null, b: Said<Bound> | null, direction: 1 | -1): Said<Bound> | null => {
    if (a === null || b === null) return null;
    return tighter(a, b, direction) === a ? b : a;
  };
  const properties = new Map(one.properties);
  for (const [name, property] of other.properties) {
    const first = properties.get(name);
    properties.set(
      name,
      first === undefined ? property : { at: first.at, term: eitherOf(first.term, property.term) },
    );
  }
  return {
    at: one.at,
    types: one.types === null || other.types === null ? null : new Set([...one.types, ...other.types]),
    nullable: one.nullable === true || other.nullable === true ? true : (one.nullable ?? other.nullable),
    properties,
    required: new Set([...one.required].filter((name) => other.required.has(name))),
    type: one.type ?? other.type,
    format: agreed(one.format, other.format) ?? widerFormat(one, other),
    enum:
      one.enum === null || other.enum === null
        ? null
        : {
            value: [
              ...one.enum.value,
              ...other.enum.value.filter((value) => !one.enum!.value.some((each) => same(each, value))),
            ],
            at: one.enum.at,
          },
    min: looser(one.min, other.min, 1),
    max: looser(one.max, other.max, -1),
    pattern: agreed(one.pattern, other.pattern),
    default: agreed(one.default, other.default),
    description: one.description ?? other.description,
    extension: unitedExtensions(one.extension, other.extension, faults),
  };
}

function eitherOf(one: Term, other: Term): Term {
  return { kind: 'any', terms: [...(one.kind === 'any' ? one.terms : [one]), other] };
}

/** Of two formats that the table format can widen one to the other. */
function widerFormat({ format: one }: Shape, { format: other }: Shape): Said<string> | null {
  const both = [one?.value, other?.value].sort().join(' ');
  const wider = { 'int32 int64': 'int64', 'double float': 'double' }[both];
  return wider === undefined ? null : one!.value === wider ? one : other;
}

const MASKS: readonly unknown[] = ['last4', 'hash', 'redact', 'drop'];

function unitedExtensions(
  one: Shape['extension'],
  other: Shape['extension'],
  faults: Faults,
): Shape['extension'] {
  const united = new Map(one);
  for (const [name, said] of other) {
    const first = united.get(name);
    if (first === undefined) united.set(name, said);
    else if (name === 'sensitive') {
      // What any variant hides is hidden, as the one that hides most does.
      if (MASKS.indexOf(said.value) > MASKS.indexOf(first.value)) united.set(name, said);
    } else if (name === 'aliases' && Array.isArray(first.value) && Array.isArray(said.value)) {
      united.set(name, { value: [...new Set([...first.value, ...said.value])], at: first.at });
    } else if (!same(first.value, said.value)) {
      faults.add(said.at, `is another x-lean-ops ${name} than another variant has: one column has one`);
    }
  }
  return united;
}
