import { isDecimalText, sameDecimal } from '../decimal-text.js';
import type { Faults } from './faults.js';
import { below, type Place, type Said, valueAt } from './place.js';
import { type Bound, emptyShape, type JsonType, type Property, type Shape, type Trail } from './shape.js';

const JSON_TYPES: ReadonlySet<string> = new Set([
  'string',
  'number',
  'integer',
  'boolean',
  'object',
  'array',
]);

/** Members of `x-lean-ops`: what OpenAPI has no keyword for, as a contract's column says it. */
const EXTENSION_MEMBERS: readonly string[] = [
  'name',
  'path',
  'type',
  'aliases',
  'cde',
  'default',
  'enum',
  'onUnknown',
  'min',
  'max',
  'pattern',
  'sensitive',
  'assumeUtc',
  'epoch',
  'description',
];

/** What a schema says by its own keywords, without what it refers to or combines. */
export function ownShape(
  at: Place,
  schema: Readonly<Record<string, unknown>>,
  { faults, trail }: { readonly faults: Faults; readonly trail: Trail },
): Shape {
  const reader = new KeywordReader(at, schema, faults);
  const values = reader.values();
  return {
    ...emptyShape(at),
    types: reader.types(),
    nullable: reader.nullable(values),
    properties: reader.properties(trail),
    required: reader.required(),
    type: schema['type'] === undefined ? null : below(at, 'type'),
    format: reader.text('format') ?? reader.encoding(),
    enum: values === null ? null : { ...values, value: values.value.filter((value) => value !== null) },
    min: reader.bound('minimum', 'exclusiveMinimum'),
    max: reader.bound('maximum', 'exclusiveMaximum'),
    pattern: reader.text('pattern'),
    default: reader.default(),
    description: reader.text('description'),
    extension: reader.extension(),
  };
}

class KeywordReader {
  readonly #at: Place;
  readonly #schema: Readonly<Record<string, unknown>>;
  readonly #faults: Faults;

  constructor(at: Place, schema: Readonly<Record<string, unknown>>, faults: Faults) {
    this.#at = at;
    this.#schema = schema;
    this.#faults = faults;
  }

  text(keyword: string): Said<string> | null {
    const value = this.#schema[keyword];
    if (value === undefined) return null;
    const at = below(this.#at, keyword);
    return typeof value === 'string' ? { value, at } : this.#refuse(at, 'must be a text');
  }

  /** OpenAPI 3.1 says of base64 how a text is encoded, where 3.0 had a format for it. */
  encoding(): Said<string> | null {
    const said = this.text('contentEncoding');
    return said?.value.toLowerCase() === 'base64' ? { value: 'byte', at: said.at } : null;
  }

  #typeNames(): readonly unknown[] {
    const { type } = this.#schema;
    return type === undefined ? [] : Array.isArray(type) ? type : [type];
  }

  types(): Shape['types'] {
    if (this.#schema['type'] === undefined) return null;
    const types = new Set<JsonType>();
    for (const name of this.#typeNames()) {
      if (typeof name === 'string' && JSON_TYPES.has(name)) types.add(name as JsonType);
      else if (name !== 'null') {
        const reason = `must be ${[...JSON_TYPES].join(', ')} or null`;
        this.#faults.add(below(this.#at, 'type'), reason);
      }
    }
    return types;
  }

  nullable(values: Said<readonly unknown[]> | null): boolean | null {
    if (this.#schema['nullable'] === true || this.#typeNames().includes('null')) return true;
    if (this.#schema['type'] !== undefined) return false;
    return values === null ? null : values.value.includes(null);
  }

  values(): Said<readonly unknown[]> | null {
    if (Object.hasOwn(this.#schema, 'const')) {
      return { value: [this.#schema['const']], at: below(this.#at, 'const') };
    }
    const value = this.#schema['enum'];
    if (value === undefined) return null;
    const at = below(this.#at, 'enum');
    return Array.isArray(value) && value.length > 0
      ? { value, at }
      : this.#refuse(at, 'must be a list of values, not empty');
  }

  properties(trail: Trail): ReadonlyMap<string, Property> {
    const value = this.#schema['properties'];
    const found = new Map<string, Property>();
    if (value === undefined) return found;
    const place = below(this.#at, 'properties');
    if (!isObject(value)) {
      this.#faults.add(place, 'must be schemas by name');
      return found;
    }
    for (const name of this.#at.source.document.keysOf(place.path)) {
      const at = below(place, name);
      found.set(name, { at: { ...at, atKey: true }, term: { kind: 'schema', at, trail, via: at } });
    }
    return found;
  }

  required(): ReadonlySet<string> {
    const value = this.#schema['required'];
    if (value === undefined) return new Set();
    if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return new Set(value);
    this.#faults.add(below(this.#at, 'required'), 'must be a list of names of properties');
    return new Set();
  }

  /** OpenAPI 3.0 marks `minimum` as exclusive by a boolean beside it, 3.1 has a number of its own for it. */
  bound(keyword: 'minimum' | 'maximum', exclusiveKeyword: string): Said<Bound> | null {
    const exclusive = this.#schema[exclusiveKeyword];
    const inclusive = this.#number(keyword, exclusive === true);
    if (exclusive === undefined || typeof exclusive === 'boolean') return inclusive;
    const other = this.#number(exclusiveKeyword, true);
    if (inclusive === null || other === null) return inclusive ?? other;
    const isTighter =
      (Number(other.value.text) - Number(inclusive.value.text)) * (keyword === 'minimum' ? 1 : -1) >= 0;
    return isTighter ? other : inclusive;
  }

  #number(keyword: string, exclusive: boolean): Said<Bound> | null {
    const value = this.#schema[keyword];
    if (value === undefined) return null;
    const at = below(this.#at, keyword);
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#refuse(at, 'must be a number');
    const source = at.source.document.sourceOf(at.path) ?? '';
    return { value: { text: isDecimalText(source) ? source : String(value), exclusive }, at };
  }

  /** A number that a double does not hold stays text. */
  default(): Said<unknown> | null {
    const value = this.#schema['default'];
    if (value === undefined || value === null) return null;
    const at = below(this.#at, 'default');
    const source = at.source.document.sourceOf(at.path);
    const isLost =
      typeof value === 'number' &&
      source !== null &&
      isDecimalText(source) &&
      !sameDecimal(source, String(value));
    return { value: isLost ? source : value, at };
  }

  extension(): Shape['extension'] {
    const value = this.#schema['x-lean-ops'];
    const found = new Map<string, Said<unknown>>();
    if (value === undefined) return found;
    const place = below(this.#at, 'x-lean-ops');
    if (!isObject(value)) {
      this.#faults.add(place, 'must hold members of a column, such as sensitive or aliases');
      return found;
    }
    for (const [name, member] of Object.entries(value)) {
      const at = below(place, name);
      if (EXTENSION_MEMBERS.includes(name)) found.set(name, { value: member, at });
      else
        this.#faults.add(
          { ...at, atKey: true },
          `is not known here: there are ${EXTENSION_MEMBERS.join(', ')}`,
        );
    }
    return found;
  }

  #refuse(at: Place, reason: string): null {
    this.#faults.add(at, reason);
    return null;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The schema at a place as an object of keywords; null for `true`, which says nothing; undefined, with a fault, for others. */
export function schemaAt(at: Place, faults: Faults): Readonly<Record<string, unknown>> | null | undefined {
  const value = valueAt(at);
  if (value === true) return null;
  if (isObject(value)) return value;
  faults.add(at, value === false ? 'lets no value through' : 'must be a schema');
  return undefined;
}
