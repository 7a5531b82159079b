import { describe, expect, it } from 'vitest';
import { checkArguments } from './check-arguments.js';
import type { Body, Written } from './configuration.js';
import { type BlockSchema, bindingSchema } from './provider-schema.js';

const argument = { type: 'string', required: false, optional: true, computed: false };
const schema: BlockSchema = {
  attributes: {
    name: { ...argument, required: true, optional: false },
    size: { ...argument, type: 'number' },
    arn: { ...argument, optional: false, computed: true },
  },
  blocks: {
    target: {
      nesting: 'list',
      min: 1,
      max: 1,
      block: { attributes: { arn: { ...argument, required: true, optional: false } }, blocks: {} },
    },
    rule: { nesting: 'set', min: 0, max: null, block: { attributes: { id: argument }, blocks: {} } },
  },
};

function problems(body: Body): readonly string[] {
  const written: Written = { file: 'main.tf', kind: 'resource', type: 'aws_thing', name: 'it', body };
  return checkArguments(written, schema).map(({ place, problem }) => `${place}: ${problem}`);
}

describe('checkArguments', () => {
  const right = { name: 'a', target: [{ arn: 'b' }] };

  it('accepts what the schema knows, and what belongs to Terraform', () => {
    expect(
      problems({ ...right, size: 1, for_each: 'local.x', lifecycle: [{}], rule: [{}, { id: 'c' }] }),
    ).toEqual([]);
  });

  it('takes dynamic blocks for blocks and looks into them', () => {
    const dynamic = { target: [{ for_each: 'local.x', content: [{ arn: 'b' }] }] };
    expect(problems({ name: 'a', dynamic })).toEqual([]);
    expect(problems({ name: 'a', dynamic: { target: [{ content: [{ urn: 'b' }] }] } })).toEqual([
      'aws_thing.it.target: there is no argument or block urn',
      'aws_thing.it.target: argument arn is missing',
    ]);
    expect(problems({ ...right, dynamic: { goal: [{ content: [{}] }] } })).toEqual([
      'aws_thing.it: there is no block goal',
    ]);
  });

  it.each([
    ['an unknown argument', { ...right, nome: 'x' }, 'aws_thing.it: there is no argument or block nome'],
    ['an argument that is only told', { ...right, arn: 'x' }, 'aws_thing.it: argument arn cannot be set'],
    ['a missing argument', { target: [{ arn: 'b' }] }, 'aws_thing.it: argument name is missing'],
    ['a missing block', { name: 'a' }, 'aws_thing.it: block target is missing'],
    [
      'a block that stands too often',
      { name: 'a', target: [{ arn: 'b' }, { arn: 'c' }] },
      'aws_thing.it: block target stands 2 times, 1 at most',
    ],
    [
      'a block written as an argument',
      { name: 'a', target: 'local.x' },
      'aws_thing.it: target is a block, not an argument',
    ],
    [
      'Terraform’s own arguments inside a block',
      { ...right, rule: [{ count: 1 }] },
      'aws_thing.it.rule: there is no argument or block count',
    ],
  ])('finds %s', (_title, body, problem) => {
    expect(problems(body)).toEqual([problem]);
  });
});

describe('bindingSchema', () => {
  it('refuses a file that holds no resource', () => {
    expect(() => bindingSchema('class A {}', '')).toThrow('no resource or data source');
  });
});
