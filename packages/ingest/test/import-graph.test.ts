import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** Packages and runtime modules that a source file reaches through imports that stay at run time. */
function reached(entry: string, seen = new Set<string>(), outside = new Set<string>()): Set<string> {
  if (seen.has(entry)) return outside;
  seen.add(entry);
  const text = readFileSync(entry, 'utf8');
  for (const [, clause, specifier] of text.matchAll(/^(?:import|export)\s([^;]*?)\s?from '([^']+)'/gm)) {
    if (/^type\s/.test(clause!)) continue;
    const target = join(dirname(entry), specifier!.replace(/\.js$/, '.ts'));
    if (specifier!.startsWith('.') && existsSync(target)) reached(target, seen, outside);
    else outside.add(specifier!);
  }
  return outside;
}

test('the main entry reaches neither Arrow nor Parquet nor the table library', () => {
  expect([...reached(join(SOURCE, 'index.ts'))].sort()).toEqual(['@lean-ops/core', 'node:crypto']);
});

test('the folder archive is where gzip is reached', () => {
  const outside = reached(join(SOURCE, 'archive', 'folder', 'index.ts'));
  expect(outside).toContain('fflate');
  expect([...outside].filter((name) => name.includes('iceberg') || name.includes('arrow'))).toEqual([]);
});
