import { ColumnNames } from '../../column-names.js';
import { ENVELOPE_COLUMNS } from '../../envelope.js';
import { formatPath } from '../../path-text.js';
import { columnOf, type DraftColumn } from './column-of.js';
import type { Faults } from './faults.js';
import { type Place, placeId } from './place.js';
import type { SchemaResolver } from './schema-resolver.js';
import type { Property, Shape, Term } from './shape.js';

const MOST_COLUMNS = 20_000;

/** A column and the property it is made of. */
export interface FoundColumn extends DraftColumn {
  readonly name: string;
  readonly keys: readonly string[];
  /** Where the property is named. */
  readonly at: Place;
}

interface Walk {
  readonly resolver: SchemaResolver;
  readonly faults: Faults;
  /** Levels that become columns: an object on the last is kept as JSON text, as in the data. */
  readonly maxDepth: number;
  readonly names: ColumnNames;
  readonly found: FoundColumn[];
}

/** The columns that events of a schema are flattened to, in the order of its properties. */
export function columnsOf(
  root: Term & { readonly kind: 'schema' },
  options: { readonly resolver: SchemaResolver; readonly faults: Faults; readonly maxDepth: number },
): FoundColumn[] {
  const names = new ColumnNames(ENVELOPE_COLUMNS.map(({ name }) => name));
  const walk: Walk = { ...options, names, found: [] };
  const shape = options.resolver.resolve(root);
  if (shape === null) return [];
  const isObject = shape.types === null || shape.types.has('object');
  if (!isObject || shape.properties.size === 0) {
    options.faults.add(
      root.at,
      `is the first schema and no object with properties: it is what events look like`,
    );
    return [];
  }
  walkProperties(walk, shape, [], true);
  if (walk.found.length > MOST_COLUMNS) {
    options.faults.add(
      root.at,
      `has more than ${MOST_COLUMNS.toLocaleString('en')} columns once it is flattened`,
    );
  }
  refuseSharedNames(walk);
  return walk.found;
}

function walkProperties(walk: Walk, shape: Shape, keys: readonly string[], required: boolean): void {
  for (const [key, property] of shape.properties) {
    if (walk.found.length > MOST_COLUMNS) return;
    walkProperty(walk, property, [...keys, key], required && shape.required.has(key));
  }
}

function walkProperty(walk: Walk, { term, at }: Property, keys: readonly string[], required: boolean): void {
  const shape = walk.resolver.resolve(term);
  if (shape === null) return;
  const { types, properties } = shape;
  const isObject = types === null ? properties.size > 0 : types.has('object');
  const isFlattened = isObject && keys.length < walk.maxDepth;
  const isOnlyObject = isObject && (types === null || types.size === 1);
  const isNeeded = required && shape.nullable !== true && (isOnlyObject || !isObject);
  if (isFlattened) {
    walkProperties(walk, shape, keys, isNeeded);
    if (isOnlyObject) {
      for (const { at: said } of shape.extension.values())
        walk.faults.add(
          said,
          'is for properties that become a column, and an object becomes a column for each of its own',
        );
      return;
    }
  }
  const path = formatPath(keys);
  const { name: assigned } = walk.names.assign(keys, path);
  const own = shape.extension.get('name');
  const name = own === undefined ? assigned : String(own.value);
  const draft = columnOf(isObject ? asText(shape) : shape, isNeeded, walk.faults);
  if (path !== `$.${name}` && draft.column['path'] === undefined) draft.column['path'] = path;
  walk.found.push({ ...draft, name, keys, at: own?.at ?? at });
}

/** What is kept as JSON text has no checks of its own. */
function asText(shape: Shape): Shape {
  return { ...shape, types: new Set(['array']) };
}

function refuseSharedNames({ found, faults }: Walk): void {
  const holders = new Map<string, FoundColumn>();
  for (const column of found) {
    const holder = holders.get(column.name);
    if (holder === undefined) holders.set(column.name, column);
    else
      faults.add(
        column.at,
        `is called ${column.name}, as ${placeId(holder.at)} is: give it another x-lean-ops name`,
      );
  }
}
