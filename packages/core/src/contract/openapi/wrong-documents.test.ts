import { describe, expect, it } from 'vitest';
import { api, columnsOf, findings, METADATA, object, parse } from './test-documents.js';

describe('metadata', () => {
  const event = api(
    object({
      id: { type: 'string' },
      customer: object({ ssn: { type: 'string' }, name: { type: 'string' } }),
    }),
  );

  it.each<[unknown, object]>([
    [['customer.ssn'], { ssn: 'hash' }],
    [['customer_ssn'], { ssn: 'hash' }],
    [['$.customer.ssn'], { ssn: 'hash' }],
    [['customer'], { ssn: 'hash', name: 'hash' }],
    [
      { customer: 'redact', customer_ssn: 'drop' },
      { ssn: 'drop', name: 'redact' },
    ],
    [
      { customer: 'drop', customer_ssn: 'hash' },
      { ssn: 'drop', name: 'drop' },
    ],
  ])('sensitive_columns %j', (sensitive, masks) => {
    const columns = columnsOf(event, { metadata: { ...METADATA, sensitive_columns: sensitive } });
    const found = Object.entries(columns).flatMap(([name, { sensitive: mask }]) =>
      mask === undefined ? [] : [[name.replace('customer_', ''), mask]],
    );
    expect(Object.fromEntries(found)).toEqual(masks);
  });

  it.each<[string, object, RegExp]>([
    ['no topic', { owner: 'me' }, /"source_topics" is missing/],
    [
      'two topics that would write one table',
      { source_topics: ['a', 'b'] },
      /2 topics that would write one table/,
    ],
    ['a table of another name', { target_std_table: 'standardized.other' }, /not the table of the topic/],
    ['a topic that cannot name a table', { source_topics: ['1st'] }, /table-safe name/],
    [
      'a sensitive column that there is not',
      { sensitive_columns: ['sns'] },
      /names no column and no property; there are id, customer_ssn/,
    ],
    ['an unknown mask', { sensitive_columns: { id: 'blur' } }, /must be one of last4/],
    [
      'a reset without its reasons',
      { nuclear_reset: true, nuclear_justification: ' ' },
      /write nuclear_justification/,
    ],
    ['an unknown member', { sensitve: [] }, /not known here/],
    ['a key that is no reference', { key: 'id' }, /neither an envelope column/],
  ])('%s is refused, in the metadata document', (_what, metadata, reason) => {
    const found = findings(event, {
      metadata: { ...METADATA, ...metadata, ...('owner' in metadata ? { source_topics: undefined } : {}) },
    });
    expect(found.map(({ reason: why }) => why).join('\n')).toMatch(reason);
    expect(found[0]?.file).toBe('api/metadata.json');
  });

  it('says who answers and which version where the OpenAPI document does not', () => {
    const bare = JSON.stringify({
      openapi: '3.1.0',
      components: { schemas: { E: object({ id: { type: 'string' } }) } },
    });
    expect(findings(bare, { metadata: { source_topics: ['a'] } }).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('"version" is missing'),
      expect.stringContaining('"owner" is missing'),
    ]);
    expect(
      parse(bare, { metadata: { source_topics: ['a'], version: '2.0.0', owner: 'o' } }).contract,
    ).toMatchObject({ version: '2.0.0', owner: 'o' });
  });

  it('is needed', () => {
    expect(findings(event, { metadata: null })[0]?.reason).toMatch(/write metadata\.json beside it/);
  });
});

describe('documents that are wrong', () => {
  it.each<[string, string, RegExp]>([
    ['Swagger 2', '{"swagger":"2.0"}', /OpenAPI 3\.0 and 3\.1/],
    ['no version', '{"openapi":3.1}', /OpenAPI 3\.0 and 3\.1/],
    ['no schemas', '{"openapi":"3.1.0"}', /no schema under components\.schemas/],
    ['a first schema that is no object', api({ type: 'string' }), /no object with properties/],
    ['an unknown type', api(object({ c: { type: 'varchar' } })), /must be string, number/],
    ['a version that is none', api(object({ c: {} })).replace('1.2.0', '1.2'), /semantic version/],
    ['a name of ours', api(object({ '1st': {} })), /reserved/],
    ['two columns of one name', api(object({ a: {}, b: { 'x-lean-ops': { name: 'a' } } })), /is called a/],
    [
      'an unknown member of x-lean-ops',
      api(object({ a: { 'x-lean-ops': { mask: 'hash' } } })),
      /not known here/,
    ],
    [
      'x-lean-ops on an object',
      api(object({ a: { ...object({ b: {} }), 'x-lean-ops': { sensitive: 'hash' } } })),
      /properties that become a column/,
    ],
    ['values of numbers', api(object({ a: { type: 'integer', enum: [1] } })), /minimum and maximum/],
    [
      'a bound that is excluded of a double',
      api(object({ a: { type: 'number', exclusiveMinimum: 0 } })),
      /no next value/,
    ],
    ['decimals without digits', api(object({ a: { type: 'number', format: 'decimal' } })), /decimal\(10,2\)/],
    ['a schema that is none', api(object({ a: 5 })), /must be a schema/],
    ['one that nothing satisfies', api(object({ a: false })), /lets no value through/],
    [
      'a pattern of a uuid',
      api(object({ a: { type: 'string', format: 'uuid', pattern: 'x' } })),
      /fits only columns of type string/,
    ],
    [
      'required as a flag',
      api(object({ a: { type: 'object', properties: { b: {} }, required: true } })),
      /list of names/,
    ],
  ])('%s', (_what, text, reason) => {
    const found = findings(text);
    expect(found.map(({ reason: why }) => why).join('\n')).toMatch(reason);
    for (const { line, column } of found) expect(Math.min(line, column)).toBeGreaterThan(0);
  });

  it('references that multiply one another end in bounded time', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, level) => {
        const next = { $ref: `#/components/schemas/L${level + 1}` };
        return [`L${level}`, level === 39 ? object({ a: {} }) : { allOf: [next, next] }];
      }),
    );
    const started = performance.now();
    expect(findings(api({ $ref: '#/components/schemas/L0' }, doubling))[0]?.reason).toMatch(
      /multiply one another/,
    );
    const wide = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`p${index}`, { $ref: '#/components/schemas/W1' }]),
    );
    const levels = Object.fromEntries(
      [1, 2, 3, 4].map((level) => [
        `W${level}`,
        level === 4
          ? object({ z: {} })
          : object(JSON.parse(JSON.stringify(wide).replaceAll('W1', `W${level + 1}`))),
      ]),
    );
    expect(findings(api(object(wide), levels))[0]?.reason).toMatch(/more than 20,000 columns|multiply/);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('schemas that are too deep are refused, not a crash', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, level) => [
        `L${level}`,
        level === 1_999 ? object({ a: {} }) : { $ref: `#/components/schemas/L${level + 1}` },
      ]),
    );
    expect(findings(api({ $ref: '#/components/schemas/L0' }, chain))[0]?.reason).toMatch(/schemas deep/);
  });

  it('ten thousand columns are read', () => {
    const many = object(
      Object.fromEntries(
        Array.from({ length: 10_000 }, (_, index) => [`c_${index}`, { type: 'integer', minimum: 0 }]),
      ),
    );
    expect(Object.keys(columnsOf(api(many)))).toHaveLength(10_000);
  });
});
