import type { Documents } from './documents.js';
import type { Faults } from './faults.js';
import { below, type Place, placeId } from './place.js';
import { isObject, ownShape, schemaAt } from './read-schema.js';
import { emptyShape, intersect, type Property, type Shape, type Term, type Trail, unite } from './shape.js';

/** Schemas within schemas: more than any event has levels. */
const MOST_LEVELS = 500;
/** Schemas looked at and properties merged: some thirty times what 10,000 columns take. */
const MOST_WORK = 300_000;

/** Works references, `allOf`, `oneOf` and `anyOf` into plain shapes, in bounded time. */
export class SchemaResolver {
  readonly #documents: Documents;
  readonly #faults: Faults;
  /** In OpenAPI 3.0, what stands beside a `$ref` counts for nothing. */
  readonly #refStandsAlone: boolean;
  #work = 0;

  constructor(documents: Documents, faults: Faults, version: string) {
    this.#documents = documents;
    this.#faults = faults;
    this.#refStandsAlone = version.startsWith('3.0');
  }

  /** The shape of a term; null, with a fault, where it has none. */
  resolve(term: Term): Shape | null {
    switch (term.kind) {
      case 'fixed':
        return term.shape;
      case 'all':
        return this.#all(term.terms);
      case 'any':
        return this.#any(term.terms, null);
      case 'schema':
        return this.#schema(term);
    }
  }

  #all(terms: readonly Term[]): Shape | null {
    let result: Shape | null = null;
    for (const term of terms) {
      const shape = this.resolve(term);
      if (shape !== null) result = result === null ? shape : this.#intersect(result, shape);
    }
    return result;
  }

  #intersect(one: Shape, other: Shape): Shape {
    this.#work += one.properties.size + other.properties.size;
    return intersect(one, other, this.#faults);
  }

  #schema({ at, trail, via }: Term & { kind: 'schema' }): Shape | null {
    const id = placeId(at);
    if (!this.#isAllowed(id, trail, via)) return null;
    const schema = schemaAt(at, this.#faults);
    if (schema === null) return emptyShape(at);
    if (schema === undefined) return null;
    const inner: Trail = { id, depth: (trail?.depth ?? 0) + 1, outer: trail };
    if (schema['$ref'] !== undefined && this.#refStandsAlone) {
      if (schema['x-lean-ops'] !== undefined) {
        const reason = 'counts for nothing beside $ref in OpenAPI 3.0: put the $ref into allOf';
        this.#faults.add({ ...below(at, 'x-lean-ops'), atKey: true }, reason);
      }
      return this.#referred(at, inner);
    }
    const own = ownShape(at, schema, { faults: this.#faults, trail: inner });
    const shape = this.#parts(at, schema, inner).reduce((sum, part) => this.#intersect(sum, part), own);
    // Widely written, though by the letter `allOf` would have to allow null too.
    return schema['nullable'] === true ? { ...shape, nullable: true } : shape;
  }

  #parts(at: Place, schema: Readonly<Record<string, unknown>>, trail: Trail): Shape[] {
    const parts: (Shape | null)[] = [];
    if (schema['$ref'] !== undefined) parts.push(this.#referred(at, trail));
    for (const keyword of ['$dynamicRef', '$recursiveRef']) {
      if (schema[keyword] !== undefined)
        this.#faults.add({ ...below(at, keyword), atKey: true }, 'is not followed: write $ref');
    }
    parts.push(...this.#listed(at, schema, 'allOf', trail).map((term) => this.resolve(term)));
    for (const keyword of ['oneOf', 'anyOf'] as const) {
      const variants = this.#listed(at, schema, keyword, trail);
      const discriminator = schema['discriminator'] === undefined ? null : below(at, 'discriminator');
      if (variants.length > 0) parts.push(this.#any(variants, discriminator));
    }
    return parts.filter((part) => part !== null);
  }

  #referred(at: Place, trail: Trail): Shape | null {
    const via = below(at, '$ref');
    const target = this.#documents.follow(via);
    return target === null ? null : this.resolve({ kind: 'schema', at: target, trail, via });
  }

  #listed(
    at: Place,
    schema: Readonly<Record<string, unknown>>,
    keyword: string,
    trail: Trail,
  ): (Term & { kind: 'schema' })[] {
    const list = schema[keyword];
    if (list === undefined) return [];
    const place = below(at, keyword);
    if (!Array.isArray(list) || list.length === 0) {
      this.#faults.add(place, 'must be a list of schemas, not empty');
      return [];
    }
    return list.map((_, index) => ({
      kind: 'schema',
      at: below(place, index),
      trail,
      via: below(place, index),
    }));
  }

  #any(terms: readonly Term[], discriminator: Place | null): Shape | null {
    const shapes = terms.map((term) => this.resolve(term)).filter((shape) => shape !== null);
    const variants = shapes.filter(({ types, nullable }) => types?.size !== 0 || nullable !== true);
    const [first, ...others] = variants;
    if (first === undefined) return shapes[0] ?? null;
    let united = others.reduce((sum, shape) => {
      this.#work += sum.properties.size + shape.properties.size;
      return unite(sum, shape, this.#faults);
    }, first);
    if (variants.length < shapes.length) united = { ...united, nullable: true };
    return discriminator === null ? united : this.#discriminated(united, terms, discriminator);
  }

  /** The property that says which variant an event is: always there, and one of their names. */
  #discriminated(united: Shape, terms: readonly Term[], at: Place): Shape {
    const value = at.source.document.value === undefined ? null : schemaAt(at, this.#faults);
    const name = value?.['propertyName'];
    if (typeof name !== 'string') {
      this.#faults.add(at, 'must name a property: propertyName');
      return united;
    }
    const values = this.#variantNames(terms, at, value?.['mapping']);
    const fixed: Shape = {
      ...emptyShape(at),
      types: new Set(['string']),
      nullable: false,
      enum: { value: values, at },
    };
    const declared = united.properties.get(name);
    const own: Term = { kind: 'fixed', shape: fixed };
    const property: Property =
      declared === undefined
        ? { at: below(at, 'propertyName'), term: own }
        : { at: declared.at, term: { kind: 'all', terms: [declared.term, own] } };
    // The first column, as readers look for it first.
    const properties = new Map([
      [name, property],
      ...[...united.properties].filter(([other]) => other !== name),
    ]);
    return { ...united, properties, required: new Set([...united.required, name]) };
  }

  #variantNames(terms: readonly Term[], at: Place, mapping: unknown): string[] {
    const places = new Map<string, string[]>();
    for (const [value, target] of Object.entries(isObject(mapping) ? mapping : {})) {
      const id = typeof target === 'string' ? this.#mapped(below(at, 'mapping', value), target) : null;
      if (id !== null) places.set(id, [...(places.get(id) ?? []), value]);
    }
    return terms.flatMap((term) => {
      if (term.kind !== 'schema') return [];
      const schema = schemaAt(term.at, this.#faults);
      if (schema === null || schema === undefined) return [];
      if (schema['type'] === 'null') return [];
      if (schema['$ref'] === undefined) {
        this.#faults.add(term.at, 'must be a $ref: under a discriminator, variants are known by their names');
        return [];
      }
      const target = this.#documents.follow(below(term.at, '$ref'));
      if (target === null) return [];
      const { path } = target;
      const isNamed = path.length === 3 && path[0] === 'components' && path[1] === 'schemas';
      const values = places.get(placeId(target)) ?? (isNamed ? [String(path[2])] : []);
      if (values.length === 0) this.#faults.add(term.at, 'has no name: give it one in discriminator.mapping');
      return values;
    });
  }

  /** A mapping names a schema, or refers to one. */
  #mapped(at: Place, target: string): string | null {
    if (/^[A-Za-z0-9._-]+$/.test(target) && !/\.(?:json|ya?ml)$/i.test(target)) {
      return `${this.#documents.root.path}#/components/schemas/${target}`;
    }
    const place = this.#documents.follow(at);
    return place === null ? null : placeId(place);
  }

  #isAllowed(id: string, trail: Trail | null, via: Place): boolean {
    this.#work += 1 + (trail?.depth ?? 0) / 10;
    if (this.#work > MOST_WORK) {
      this.#faults.add(
        below({ source: this.#documents.root, path: [] }, 'components', 'schemas'),
        'is more than can be worked through: references and combinations multiply one another',
      );
      return false;
    }
    if ((trail?.depth ?? 0) > MOST_LEVELS) {
      this.#faults.add(via, `is more than ${MOST_LEVELS} schemas deep`);
      return false;
    }
    for (let around = trail; around !== null; around = around.outer) {
      if (around.id !== id) continue;
      const reason = `leads back to ${id}, in which it stands: columns would never end. Make it an array, which is kept as JSON text, or take it out`;
      this.#faults.add(via, reason);
      return false;
    }
    return true;
  }
}
