import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ContractColumn, TopicContract } from '../src/contract/contract.js';
import { lintContract } from '../src/contract/lint/lint-contract.js';
import { parseContract } from '../src/contract/parse-contract.js';

/** A property as both forms say it. */
interface Leaf {
  readonly schema: Record<string, unknown>;
  readonly column: ContractColumn;
  readonly required: boolean;
}
interface Level {
  readonly required: boolean;
  readonly children: Readonly<Record<string, Leaf | Level>>;
}

const text = fc.constantFrom('x', 'y', 'z');
const kind: fc.Arbitrary<Omit<Leaf, 'required'>> = fc.oneof(
  fc.constantFrom(
    { schema: { type: 'boolean' }, column: { type: 'boolean' as const } },
    { schema: { type: 'integer', format: 'int32' }, column: { type: 'int' as const } },
    { schema: { type: 'integer' }, column: { type: 'long' as const } },
    { schema: { type: 'number' }, column: { type: 'double' as const } },
    { schema: { type: 'string', format: 'date-time' }, column: { type: 'timestamptz' as const } },
    { schema: { type: 'array', items: {} }, column: { type: 'string' as const } },
    {
      schema: { type: 'string', pattern: '^[a-z]+$' },
      column: { type: 'string' as const, pattern: '[a-z]+' },
    },
    {
      schema: { type: 'number', 'x-lean-ops': { type: 'decimal(10,2)' } },
      column: { type: 'decimal(10,2)' as const },
    },
  ),
  fc.uniqueArray(text, { minLength: 1 }).map((values) => ({
    schema: { type: 'string', enum: values },
    column: { type: 'string' as const, enum: values },
  })),
  fc.tuple(fc.integer({ min: -9, max: 0 }), fc.integer({ min: 0, max: 9 })).map(([min, max]) => ({
    schema: { type: 'integer', minimum: min, maximum: max },
    column: { type: 'long' as const, min, max },
  })),
  fc.constantFrom('last4', 'hash', 'redact', 'drop').map((sensitive) => ({
    schema: { type: 'string', 'x-lean-ops': { sensitive } },
    column: { type: 'string', sensitive } as ContractColumn,
  })),
);
const leaf: fc.Arbitrary<Leaf> = fc
  .tuple(kind, fc.boolean())
  .map(([both, required]) => ({ ...both, required }));
const KEYS = ['a', 'b', 'userId', 'odd key', 'c-d', 'E'];
const { level } = fc.letrec<{ level: Level; node: Leaf | Level }>((tie) => ({
  level: fc.record({
    required: fc.boolean(),
    children: fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { minKeys: 1, maxKeys: 4 }),
  }),
  node: fc.oneof({ maxDepth: 3, depthSize: 'small' }, leaf, tie('level')),
}));

const isLeaf = (node: Leaf | Level): node is Leaf => 'schema' in node;

function schemaOf(node: Leaf | Level): Record<string, unknown> {
  if (isLeaf(node)) return node.schema;
  const children = Object.entries(node.children);
  return {
    type: 'object',
    properties: Object.fromEntries(children.map(([key, child]) => [key, schemaOf(child)])),
    required: children.filter(([, child]) => child.required).map(([key]) => key),
  };
}

function columnsOf(node: Level, keys: readonly string[] = [], needed = true): [string, ContractColumn][] {
  return Object.entries(node.children).flatMap(([key, child]): [string, ContractColumn][] => {
    const path = [...keys, key];
    const isNeeded = needed && child.required;
    if (!isLeaf(child)) return columnsOf(child, path, isNeeded);
    const name = path
      .join('_')
      .toLowerCase()
      .replace(/[^a-z0-9_]/g, '_');
    const spelled = `$${path.map((part) => (/^[\w-]+$/.test(part) ? `.${part}` : `['${part}']`)).join('')}`;
    const column = {
      ...child.column,
      ...(isNeeded ? { cde: true } : {}),
      ...(spelled === `$.${name}` ? {} : { path: spelled }),
    };
    return [[name, column]];
  });
}

function bothForms(root: Level, version: string, reset: boolean): [TopicContract, TopicContract] | null {
  const columns = columnsOf(root);
  if (new Set(columns.map(([name]) => name)).size < columns.length) return null;
  const declared = { justification: 'why', impact: 'what' };
  const contract = {
    topic: 'events',
    version,
    owner: 'tests',
    orderBy: ['publish_time'],
    ...(reset ? { reset: declared } : {}),
    columns: Object.fromEntries(columns),
  };
  const openApi = {
    openapi: '3.1.0',
    info: { version, title: 'Events' },
    components: { schemas: { Event: schemaOf(root) } },
  };
  const metadata = {
    source_topics: ['events'],
    owner: 'tests',
    order_by: ['publish_time'],
    nuclear_reset: reset,
    nuclear_justification: 'why',
    impact_assessment: 'what',
  };
  return [
    parseContract(JSON.stringify(contract), { path: 'contract.json' }),
    parseContract(JSON.stringify(openApi), {
      path: 'openapi.json',
      openApi: { metadata: { path: 'metadata.json', text: JSON.stringify(metadata) }, load: () => null },
    }),
  ];
}

it('the contract form and the OpenAPI form of one schema agree, in what they say and in what the linter says of a change', () => {
  const runs = process.env['LEAN_OPS_TEST'] === 'full' ? 5_000 : 60;
  fc.assert(
    fc.property(level, level, fc.boolean(), (one, other, reset) => {
      const [before, after] = [bothForms(one, '1.0.0', false), bothForms(other, '1.1.0', reset)];
      fc.pre(before !== null && after !== null);
      expect(before[1]).toEqual(before[0]);
      expect(after[1]).toEqual(after[0]);
      expect(Object.keys(after[1].columns)).toEqual(Object.keys(after[0].columns));
      expect(lintContract(before[1], after[1])).toEqual(lintContract(before[0], after[0]));
      // One form may follow the other.
      expect(lintContract(before[0], { ...before[1], version: '1.0.1' }).findings).toEqual([]);
    }),
    { numRuns: runs, seed: 7 },
  );
});
