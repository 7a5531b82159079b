import { describe, expect, it } from 'vitest';
import { api, columnsOf, findings, object, parse } from './test-documents.js';

describe('a contract from OpenAPI and metadata', () => {
  it('is the contract that says the same', () => {
    const text = `openapi: 3.0.3
info: { title: Logins, version: 1.2.0, contact: { name: team-telemetry } }
paths: {}
components:
  schemas:
    Login:
      type: object
      required: [eventTimestamp, event]
      properties:
        eventTimestamp: { type: string, format: date-time }
        applicationId: { type: integer, format: int32, default: -1, x-lean-ops: { aliases: [$.appId] } }
        event:
          type: object
          required: [userId]
          properties:
            userId: { type: string, pattern: '^[a-z]+$' }
            kind: { type: string, enum: [Login, Logout] }
        amount: { type: number, minimum: 0, x-lean-ops: { type: 'decimal(10,2)' } }
        ssn: { type: string }
        tags: { type: array, items: { $ref: '#/nowhere' } }
`;
    const metadata = {
      source_topics: ['user-logins'],
      target_std_table: 'standardized.user_logins',
      sensitive_columns: ['ssn'],
      nuclear_reset: true,
      nuclear_justification: 'keys repeat',
      impact_assessment: 'all rows are rebuilt',
      order_by: ['$.eventTimestamp'],
      flatten: { max_depth: 4 },
      quality: { on_spike: 'halt' },
    };
    expect(parse(text, { metadata }).contract).toEqual({
      topic: 'user_logins',
      version: '1.2.0',
      owner: 'team-telemetry',
      orderBy: ['$.eventTimestamp'],
      flatten: { maxDepth: 4 },
      quality: { onSpike: 'halt' },
      reset: { justification: 'keys repeat', impact: 'all rows are rebuilt' },
      columns: {
        eventtimestamp: { type: 'timestamptz', path: '$.eventTimestamp', cde: true },
        applicationid: { type: 'int', path: '$.applicationId', aliases: ['$.appId'], default: -1 },
        event_userid: { type: 'string', path: '$.event.userId', cde: true, pattern: '[a-z]+' },
        event_kind: { type: 'string', path: '$.event.kind', enum: ['Login', 'Logout'] },
        amount: { type: 'decimal(10,2)', min: 0 },
        ssn: { type: 'string', sensitive: 'hash' },
        tags: { type: 'string' },
      },
    });
  });

  it.each<[object, object]>([
    [{ type: 'string' }, { type: 'string' }],
    [{ type: 'string', format: 'email' }, { type: 'string' }],
    [{ type: 'string', format: 'date' }, { type: 'date' }],
    [{ type: 'string', format: 'time' }, { type: 'string' }],
    [{ type: 'string', format: 'time-local' }, { type: 'time' }],
    [{ type: 'string', format: 'date-time-local' }, { type: 'timestamp' }],
    [{ type: 'string', format: 'uuid' }, { type: 'uuid' }],
    [{ type: 'string', format: 'byte' }, { type: 'binary' }],
    [{ type: 'string', contentEncoding: 'base64' }, { type: 'binary' }],
    [{ type: 'integer' }, { type: 'long' }],
    [{ type: 'integer', format: 'int64' }, { type: 'long' }],
    [{ type: 'integer', format: 'int32' }, { type: 'int' }],
    [{ type: 'integer', format: 'uint64' }, { type: 'decimal(20,0)' }],
    [{ type: 'number' }, { type: 'double' }],
    [{ type: 'number', format: 'float' }, { type: 'float' }],
    [{ type: 'boolean' }, { type: 'boolean' }],
    [{ type: ['string', 'integer'] }, { type: 'string' }],
    [{ type: ['integer', 'number'] }, { type: 'double' }],
    [{}, { type: 'string' }],
    [{ type: 'array', items: { type: 'integer' }, default: [] }, { type: 'string' }],
    [{ const: 'a' }, { type: 'string', enum: ['a'] }],
    [
      { type: 'string', enum: ['a', null], nullable: true },
      { type: 'string', enum: ['a'] },
    ],
    [{ type: 'boolean', enum: [true, false] }, { type: 'boolean' }],
    [
      { type: 'integer', enum: [1, 2], 'x-lean-ops': { type: 'string' } },
      { type: 'string', enum: ['1', '2'] },
    ],
    [
      { type: 'integer', minimum: 1, maximum: 9 },
      { type: 'long', min: 1, max: 9 },
    ],
    [
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10 },
      { type: 'long', min: 1, max: 9 },
    ],
    [
      { type: 'integer', minimum: 0, exclusiveMinimum: true },
      { type: 'long', min: 1 },
    ],
    [
      { type: 'number', exclusiveMinimum: -0.5, 'x-lean-ops': { type: 'decimal(10,2)' } },
      { type: 'decimal(10,2)', min: -0.49 },
    ],
    [{ type: 'string', minimum: 3 }, { type: 'string' }],
    [
      { type: 'string', pattern: 'a|b' },
      { type: 'string', pattern: '(?s:.*)(?:a|b)(?s:.*)' },
    ],
    [
      { type: 'string', format: 'date-time', 'x-lean-ops': { min: '2020-01-01T00:00:00Z', cde: 'nonblank' } },
      { type: 'timestamptz', min: '2020-01-01T00:00:00Z', cde: 'nonblank' },
    ],
    [
      { type: 'integer', description: 'how many', default: 7 },
      { type: 'long', description: 'how many', default: 7 },
    ],
  ])('%j is %j', (schema, column) => {
    expect(columnsOf(api(object({ c: schema })))).toEqual({ c: column });
  });

  it('keeps every digit of a bound', () => {
    const text = api(object({ c: { type: 'integer', maximum: 'MAX' } })).replace(
      '"MAX"',
      '9223372036854775807',
    );
    expect(columnsOf(text)).toEqual({ c: { type: 'long', max: '9223372036854775807' } });
  });

  it('names columns as the flattener does: collisions, odd characters, envelope names, depth', () => {
    const deep = object({
      b: object({ c: object({ d: object({ e: object({ f: { type: 'string' } }) }) }) }),
    });
    const columns = columnsOf(
      api(
        object({
          userId: { type: 'string' },
          userid: { type: 'string' },
          'odd key': { type: 'string' },
          message_id: { type: 'string' },
          a: deep,
        }),
      ),
    );
    expect(Object.keys(columns)[0]).toBe('userid');
    expect(Object.keys(columns)[1]).toMatch(/^userid_[0-9a-f]{6}$/);
    expect(columns['odd_key']).toEqual({ type: 'string', path: "$['odd key']" });
    expect(Object.keys(columns)[3]).toMatch(/^message_id_[0-9a-f]{6}$/);
    expect(columns['a_b_c_d_e']).toEqual({ type: 'string', path: '$.a.b.c.d.e' });
  });

  it('takes no column for an object without properties: its keys are not known', () => {
    expect(
      columnsOf(api(object({ id: { type: 'string' }, map: { type: 'object', additionalProperties: true } }))),
    ).toEqual({
      id: { type: 'string' },
    });
  });
});

describe('critical are the required properties', () => {
  const nested = (event: object) => columnsOf(api(event))['a_b']?.cde;
  const b = { type: 'string' };
  it.each<[string, object, boolean | undefined]>([
    ['all the way down', object({ a: object({ b }, ['b']) }, ['a']), true],
    ['not below one that may be missing', object({ a: object({ b }, ['b']) }), undefined],
    [
      'not below one that may be null',
      object({ a: { ...object({ b }, ['b']), nullable: true } }, ['a']),
      undefined,
    ],
    [
      'not what may be null (3.0)',
      object({ a: object({ b: { ...b, nullable: true } }, ['b']) }, ['a']),
      undefined,
    ],
    [
      'not what may be null (3.1)',
      object({ a: object({ b: { type: ['string', 'null'] } }, ['b']) }, ['a']),
      undefined,
    ],
    [
      'not what one variant may leave null',
      object({ a: object({ b: { oneOf: [b, { type: 'null' }] } }, ['b']) }, ['a']),
      undefined,
    ],
  ])('%s', (_what, event, cde) => {
    expect(nested(event)).toBe(cde);
  });
});

describe('$ref', () => {
  const files = {
    'common.yaml':
      'Money: { type: number, x-lean-ops: { type: "decimal(12,2)" } }\nId: { type: string, format: uuid }\n',
    'parts/address.json':
      '{"type":"object","properties":{"street":{"type":"string"},"id":{"$ref":"../common.yaml#/Id"}}}',
  };

  it('is followed within the document and to files in its folder', () => {
    const event = object({
      price: { $ref: './common.yaml#/Money' },
      home: { $ref: 'parts/address.json' },
      local: { $ref: '#/components/schemas/a~1b%20c' },
    });
    expect(columnsOf(api(event, { 'a/b c': { type: 'boolean' } }), { files })).toEqual({
      price: { type: 'decimal(12,2)' },
      home_street: { type: 'string', path: '$.home.street' },
      home_id: { type: 'uuid', path: '$.home.id' },
      local: { type: 'boolean' },
    });
  });

  it('stands alone in 3.0, and is added to in 3.1', () => {
    const event = object({ c: { $ref: '#/components/schemas/N', maximum: 5 } });
    const others = { N: { type: 'integer', minimum: 1 } };
    expect(columnsOf(api(event, others, '3.0.3'))).toEqual({ c: { type: 'long', min: 1 } });
    expect(columnsOf(api(event, others, '3.1.0'))).toEqual({ c: { type: 'long', min: 1, max: 5 } });
    const hidden = object({ c: { $ref: '#/components/schemas/N', 'x-lean-ops': { sensitive: 'drop' } } });
    expect(findings(api(hidden, others, '3.0.3'))[0]?.reason).toMatch(/counts for nothing beside \$ref/);
  });

  it.each([
    ['https://example.org/x.yaml#/A', /is an address, and nothing is read over the network/],
    ['//example.org/x.yaml', /is an address/],
    ['file:///etc/passwd', /is an address/],
    ['/etc/passwd', /points outside/],
    ['../secret.yaml', /points outside/],
    ['parts/../../secret.yaml', /points outside/],
    ['%2e%2e/secret.yaml', /points outside/],
    ['..\\secret.yaml', /points outside/],
    ['missing.yaml', /there is no document missing\.yaml/],
    ['broken.yaml', /Flow sequence/],
    ['common.yaml#/Nothing', /has no such part/],
    ['#Anchor', /after # comes a JSON pointer/],
    ['%zz', /% escapes/],
  ])('%s is refused', (reference, reason) => {
    const text = api(object({ c: { $ref: reference } }));
    const [finding] = findings(text, { files: { ...files, 'broken.yaml': 'a: [' } });
    expect(finding?.reason).toMatch(reason);
    if (reference === 'broken.yaml') expect(finding).toMatchObject({ file: 'api/broken.yaml', line: 1 });
    else expect(finding).toMatchObject({ file: 'api/openapi.yaml', line: 13, column: 21, value: reference });
  });

  it('that goes in circles is refused at the reference that closes the circle', () => {
    const node = object({ id: { type: 'string' }, parent: { $ref: '#/components/schemas/Event' } });
    expect(findings(api(node))).toMatchObject([
      {
        line: 16,
        column: 21,
        reason: expect.stringContaining('leads back to openapi.yaml#/components/schemas/Event'),
      },
    ]);
    const loop = { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } };
    expect(findings(api(object({ a: { $ref: '#/components/schemas/A' } }), loop))[0]?.reason).toMatch(
      /leads back/,
    );
    const all = { allOf: [{ $ref: '#/components/schemas/Event' }] };
    expect(findings(api(all))[0]?.reason).toMatch(/leads back/);
  });

  it('may go in circles through an array, which is one column', () => {
    const node = object({ children: { type: 'array', items: { $ref: '#/components/schemas/Event' } } });
    expect(columnsOf(api(node))).toEqual({ children: { type: 'string' } });
  });
});

describe('allOf', () => {
  it('adds properties up, and a property in two parts has both their checks', () => {
    const event = {
      allOf: [
        { $ref: '#/components/schemas/Base' },
        object({ c: { type: 'integer', minimum: 3, maximum: 20 }, kind: { enum: ['b', 'c', 'd'] } }, ['c']),
      ],
      required: ['id'],
    };
    const Base = object({
      id: { type: 'string' },
      c: { type: 'number', minimum: 1, maximum: 10 },
      kind: { type: 'string', enum: ['a', 'b', 'c'] },
    });
    expect(columnsOf(api(event, { Base }))).toEqual({
      id: { type: 'string', cde: true },
      c: { type: 'long', cde: true, min: 3, max: 10 },
      kind: { type: 'string', enum: ['b', 'c'] },
    });
  });

  it.each([
    [{ type: 'string' }, { type: 'integer' }, /both cannot hold/],
    [{ type: 'string', pattern: 'a' }, { pattern: 'b' }, /another pattern/],
    [{ type: 'string', format: 'date' }, { format: 'uuid' }, /another format/],
    [{ type: 'string', enum: ['a'] }, { enum: ['b'] }, /no value in common/],
  ])('%j and %j contradict one another', (one, other, reason) => {
    expect(findings(api(object({ c: { allOf: [one, other] } })))[0]?.reason).toMatch(reason);
  });
});

describe('oneOf', () => {
  const Card = object(
    { kind: { type: 'string' }, number: { type: 'string' }, fee: { type: 'integer', format: 'int32' } },
    ['kind', 'number', 'fee'],
  );
  const Cash = object({ kind: { type: 'string' }, fee: { type: 'integer', format: 'int64' } }, [
    'kind',
    'fee',
  ]);
  const refs = [{ $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Cash' }];

  it('has the columns of every variant, critical where every variant requires them, and a discriminator with their names', () => {
    const event = {
      oneOf: refs,
      discriminator: { propertyName: 'kind', mapping: { card: 'Card', visa: '#/components/schemas/Card' } },
    };
    expect(columnsOf(api(event, { Card, Cash }))).toEqual({
      kind: { type: 'string', cde: true, enum: ['card', 'visa', 'Cash'] },
      number: { type: 'string' },
      fee: { type: 'long', cde: true },
    });
  });

  it('needs no discriminator, and reads as text what the variants have of different types', () => {
    const event = object({
      v: {
        oneOf: [
          { type: 'string', enum: ['a'] },
          { type: 'integer', enum: [1] },
        ],
      },
      w: {
        anyOf: [
          { type: 'integer', minimum: 5 },
          { type: 'integer', minimum: 2 },
        ],
      },
    });
    expect(columnsOf(api(event))).toEqual({
      v: { type: 'string', enum: ['a', '1'] },
      w: { type: 'long', min: 2 },
    });
  });

  it('may hold objects and values of one property', () => {
    const event = object({ v: { oneOf: [{ type: 'string' }, object({ x: { type: 'integer' } }, ['x'])] } }, [
      'v',
    ]);
    expect(columnsOf(api(event))).toEqual({ v_x: { type: 'long', path: '$.v.x' }, v: { type: 'string' } });
  });

  it('hides what any variant hides', () => {
    const hidden = (sensitive: string) => object({ n: { type: 'string', 'x-lean-ops': { sensitive } } });
    const event = { oneOf: [hidden('last4'), hidden('redact'), object({ n: { type: 'string' } })] };
    expect(columnsOf(api(event))).toEqual({ n: { type: 'string', sensitive: 'redact' } });
  });

  it.each([
    [{ oneOf: refs, discriminator: {} }, /must name a property/],
    [{ oneOf: [...refs, Cash], discriminator: { propertyName: 'kind' } }, /must be a \$ref/],
    [{ oneOf: [] }, /a list of schemas, not empty/],
  ])('%j is refused', (event, reason) => {
    expect(findings(api(event, { Card, Cash }))[0]?.reason).toMatch(reason);
  });
});
