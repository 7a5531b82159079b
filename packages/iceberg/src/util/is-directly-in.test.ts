import { expect, test } from 'vitest';
import { isDirectlyIn } from './is-directly-in.js';

test.each([
  ['/w/t/metadata', '/w/t/metadata/v1.metadata.json', true],
  ['/w/t/metadata', '/w/t/metadata/t/v1.metadata.json', false],
  ['file:///w/a%20b/metadata', '/w/a b/metadata/v1.metadata.json', true],
  ['file:/w/t/metadata', '/w/t/metadata/x/v1.metadata.json', false],
  ['file://localhost/w/t/metadata', '/w/t/metadata/v1.metadata.json', true],
  ['/w//n/../t/metadata/', '/w/t/metadata/v1.metadata.json', true],
  ['s3://bucket/t/metadata', 's3://bucket/t/metadata/v1.metadata.json', true],
  ['s3a://bucket/t/metadata', 's3://bucket/t/metadata/n/metadata/v1.metadata.json', false],
  ['memory://w/t/metadata', 'memory://w/t/metadata/v1.metadata.json', true],
])('of what is listed below %s, %s is directly in it: %s', (folder, listed, expected) => {
  expect(isDirectlyIn(folder, listed)).toBe(expected);
});
