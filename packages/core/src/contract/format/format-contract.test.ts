import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatContract } from './format-contract.js';

const format = (text: string, path = 'c.yaml') => formatContract(text, { path });

describe('JSON', () => {
  const text = `{"columns":{"b":{"cde":true,"type":"decimal(10,2)","max":9007199254740993,"min":1.10},"a":{"type":"string","enum":["x","y"]}},
  "owner":"me","$schema":"s","topic":"orders","extra":1,"version":"1.0.0","orderBy":["$.a"],"flatten":{"maxDepth":4}}`;

  it('has the order of the schema, columns in their own order, and numbers as they are spelled', () => {
    expect(format(text, 'c.json')).toBe(`{
  "$schema": "s",
  "topic": "orders",
  "version": "1.0.0",
  "owner": "me",
  "orderBy": ["$.a"],
  "flatten": {
    "maxDepth": 4
  },
  "columns": {
    "b": { "type": "decimal(10,2)", "cde": true, "min": 1.10, "max": 9007199254740993 },
    "a": { "type": "string", "enum": ["x", "y"] }
  },
  "extra": 1
}
`);
  });

  it('breaks what does not fit into a line', () => {
    const values = Array.from({ length: 30 }, (_, index) => `value-${index}`);
    const formatted = format(JSON.stringify({ columns: { a: { type: 'string', enum: values } } }), 'c.json')!;
    expect(formatted).toContain(
      '\n    "a": {\n      "type": "string",\n      "enum": [\n        "value-0",\n',
    );
    expect(formatted).toContain('        "value-29"\n      ]\n    }\n');
  });

  it('says the same, and is its own form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const formatted = format(JSON.stringify({ columns: value, owner: value }), 'c.json')!;
        expect(JSON.parse(formatted)).toEqual(JSON.parse(JSON.stringify({ columns: value, owner: value })));
        expect(format(formatted, 'c.json')).toBe(formatted);
      }),
      { numRuns: 100, seed: 3 },
    );
  });
});

describe('YAML', () => {
  it('keeps comments where they belong, and spellings', () => {
    const formatted = format(`# who answers
owner: me   # a team

columns:
      # money
      amount: {max: 1.10, min: -1E3, type: "decimal(10,2)"}   # euros
      id:
           cde: true
           # of the order
           type: string
topic: orders
version: 1.0.0
`);
    expect(formatted).toBe(`topic: orders
version: 1.0.0
# who answers
owner: me # a team

columns:
  # money
  amount: { type: "decimal(10,2)", min: -1E3, max: 1.10 } # euros
  id:
    # of the order
    type: string
    cde: true
`);
    expect(format(formatted!)).toBe(formatted);
  });

  it('keeps the comment that stands above all', () => {
    expect(format('# The contract of orders.\n\nowner: me\ntopic: orders\n')).toBe(
      '# The contract of orders.\n\ntopic: orders\nowner: me\n',
    );
  });

  it('keeps the order where aliases need theirs', () => {
    const text = 'columns:\n  a: &a\n    type: string\n  b: *a\ntopic: orders\n';
    expect(format(text)).toBe(text);
  });
});

it('an OpenAPI document is left as it is', () => {
  expect(format('openapi: 3.1.0\n')).toBeNull();
});

it.each([
  ['a: [', 'c.yaml'],
  ['a: 1', 'c.json'],
  ['a: 1\na: 2', 'c.yaml'],
])('refuses what cannot be read: %s', (text, path) => {
  expect(() => format(text, path)).toThrow(path);
});
