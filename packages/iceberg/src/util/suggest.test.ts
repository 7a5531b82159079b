import { expect, it } from 'vitest';
import { didYouMean, suggest } from './suggest.js';

it.each([
  ['idd', ['name', 'id'], 'id'],
  ['Customer_ID', ['customer_id', 'customer'], 'customer_id'],
  ['amuont', ['amount', 'account'], 'amount'],
  ['x', ['id', 'name'], null],
  ['temperature', ['humidity'], null],
  ['a', [], null],
])('%s among %j is probably %s', (name, known, meant) => {
  expect(suggest(name, known)).toBe(meant);
});

it('says nothing where nothing is near', () => {
  expect(didYouMean('zzz', ['id'])).toBe('');
  expect(didYouMean('nmae', ['name'])).toBe(' Did you mean "name"?');
});
