import { ENVELOPE_COLUMNS } from '@lean-ops/core';
import { parseContract } from '@lean-ops/core/contract';
import { Flattener, utf8ColumnOf } from '@lean-ops/curate';
import fc from 'fast-check';
import { expect, it } from 'vitest';

type Value = string | { readonly [key: string]: Value };

const KEYS = [
  'a',
  'a_b',
  'b',
  'userId',
  'userid',
  'odd key',
  'odd.key',
  '_own',
  'ÄÖ',
  'message_id',
  'x'.repeat(130),
];
const { value } = fc.letrec<{ value: Value; object: Value }>((tie) => ({
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { minKeys: 1, maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 6, depthSize: 'medium' }, fc.constant('text'), tie('object')),
}));
const event = fc.dictionary(fc.constantFrom(...KEYS), value, { minKeys: 1, maxKeys: 6 });

const schemaOf = (of: Value): object =>
  typeof of === 'string'
    ? { type: 'string' }
    : {
        type: 'object',
        properties: Object.fromEntries(Object.entries(of).map(([key, child]) => [key, schemaOf(child)])),
      };

it('columns of an OpenAPI document are called as the flattener calls them in the data', () => {
  fc.assert(
    fc.property(event, fc.integer({ min: 1, max: 6 }), (payload, maxDepth) => {
      const document = {
        openapi: '3.0.3',
        info: { version: '1.0.0' },
        components: { schemas: { Event: schemaOf(payload) } },
      };
      const metadata = { source_topics: ['t'], owner: 'o', flatten: { max_depth: maxDepth } };
      const { columns } = parseContract(JSON.stringify(document), {
        path: 'openapi.json',
        openApi: { metadata: { path: 'metadata.json', text: JSON.stringify(metadata) }, load: () => null },
      });
      const named = Object.entries(columns).map(([name, { path = `$.${name}` }]) => ({ name, path }));
      const flattener = new Flattener({ maxDepth, reserved: ENVELOPE_COLUMNS.map(({ name }) => name) });
      const flattened = flattener.flatten(utf8ColumnOf([JSON.stringify(payload)]));
      expect(named).toEqual(flattened.columns.map(({ name, path }) => ({ name, path })));
    }),
    { numRuns: 100, seed: 11 },
  );
});
