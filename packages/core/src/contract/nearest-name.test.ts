import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.js';

it.each([
  ['sensitve', 'sensitive'],
  ['onunknown', 'onUnknown'],
  ['colums', 'columns'],
  ['typ', 'type'],
  ['owener', 'owner'],
  ['something', null],
  ['x', null],
  ['x'.repeat(100_000), null],
])('%s is %s', (given, nearest) => {
  expect(nearestName(given, ['type', 'sensitive', 'onUnknown', 'columns', 'owner', 'key'])).toBe(nearest);
});
