import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** Packages and runtime modules that a source file reaches through relative imports that stay at run time. */
function reached(entry: string, seen = new Set<string>(), outside = new Set<string>()): Set<string> {
  if (seen.has(entry)) return outside;
  seen.add(entry);
  for (const [, typeOnly, specifier] of readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from '([^']+)'/gm,
  )) {
    if (typeOnly !== undefined) continue;
    if (specifier!.startsWith('.') && specifier!.endsWith('.js')) {
      reached(join(dirname(entry), specifier!.replace(/js$/, 'ts')), seen, outside);
    } else {
      outside.add(specifier!);
    }
  }
  return outside;
}

test('the main entry reaches no third-party package, no assert and no SQLite', () => {
  expect([...reached(join(SOURCE, 'index.ts'))].sort()).toEqual(['node:crypto', 'node:timers/promises']);
});

test('the contract entry is where ajv and yaml are reached', () => {
  const outside = reached(join(SOURCE, 'contract', 'index.ts'));
  expect(outside).toContain('ajv/dist/2020.js');
  expect(outside).toContain('yaml');
});

test('the schema is published with the package', () => {
  const { files } = JSON.parse(readFileSync(join(SOURCE, '..', 'package.json'), 'utf8'));
  expect(files).toContain('schema');
  expect(readdirSync(join(SOURCE, '..', 'schema'))).toEqual([
    'contract-metadata.schema.json',
    'topic-contract.schema.json',
  ]);
});
