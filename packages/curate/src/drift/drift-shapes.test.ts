import { expect, it } from 'vitest';
import { renamedFields } from './renamed-fields.js';
import { shapeOf } from './text-shape.js';

it.each([
  ['{"a":1}', 'json'],
  [' [1]', 'json'],
  ['True', 'boolean'],
  ['-12', 'integer'],
  ['1.5e3', 'number'],
  ['2026-01-02T03:04:05Z', 'instant'],
  ['2026-01-02', 'date'],
  ['123e4567-e89b-12d3-a456-426614174000', 'uuid'],
  ['12 apples', 'text'],
  ['', 'text'],
])('a text like %j is told as %s', (text, shape) => {
  expect(shapeOf(Buffer.from(text))).toBe(shape);
});

const field = (path: string) => ({ name: path, path });

it('takes the only field that came in an object for the only one that vanished there', () => {
  const pairs = renamedFields(
    [field('$.site'), field('$.meter.id')],
    [field('$.meter.number'), field('$.place')],
  );
  expect(pairs.map(({ from, to }) => [from.path, to.path])).toEqual([
    ['$.site', '$.place'],
    ['$.meter.id', '$.meter.number'],
  ]);
});

it('of several takes those whose names are alike, and guesses of no others', () => {
  const pairs = renamedFields(
    [field('$.userId'), field('$.old')],
    [field('$.user_id'), field('$.new'), field('$.other.old')],
  );
  expect(pairs.map(({ from, to }) => [from.path, to.path])).toEqual([['$.userId', '$.user_id']]);
});
