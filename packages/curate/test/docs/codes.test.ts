import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

/** The texts of a union of string literals, comments between them left out. */
function unionOf(path: string, name: string): string[] {
  const code = read(path).replaceAll(/\/\*\*.*?\*\//gs, '');
  const union = new RegExp(`export type ${name} =([^;]+);`).exec(code)![1]!;
  return [...union.matchAll(/'(\w+)'/g)].map(([, text]) => text!);
}

/** Codes in the first column of the table that follows a heading. */
function tableUnder(heading: string): string[] {
  const page = read('README.md');
  const start = page.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`no heading ${heading}`);
  const end = page.indexOf('\n#', start + heading.length);
  const section = page.slice(start, end === -1 ? undefined : end);
  return [...section.matchAll(/^\| (`[A-Z0-9_]+`(?:, `[A-Z0-9_]+`)*) \| .+ \|$/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`(\w+)`/g)].map(([, code]) => code!),
  );
}

test.each<[heading: string, codes: string[]]>([
  ['## Errors', unionOf('src/error.ts', 'CurateErrorCode')],
  [
    '### Codes of payloads',
    [
      ...unionOf('src/flatten/parse-failure.ts', 'ParseReason'),
      ...unionOf('src/library/payload-failure.ts', 'PayloadCode'),
    ],
  ],
  [
    '### Codes of values',
    [
      ...unionOf('src/validate/row-failure.ts', 'FailureCode'),
      ...unionOf('src/cast/cast-result.ts', 'CastCode').map((code) => `CAST_${code}`),
    ],
  ],
  ['### Codes of refusals', unionOf('src/evolve/evolve.ts', 'RefusalCode')],
  ['### Kinds of drift', unionOf('src/drift/drift.ts', 'DriftKind')],
])('%s tells what every code means, and no other', (heading, codes) => {
  expect(codes.length).toBeGreaterThan(4);
  expect(tableUnder(heading).sort()).toEqual([...new Set(codes)].sort());
});
