import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

test('the README tells what every error code means and what to do', () => {
  const union = /export type IcebergErrorCode =([^;]+);/.exec(read('src/error.ts'))![1]!;
  const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);
  const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \| (.+) \| (.+) \|$/gm)].map(
    ([, code]) => code,
  );
  expect(rows.toSorted()).toEqual(codes.toSorted());
});
