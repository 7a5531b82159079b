import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as core from '@lean-ops/core';
import * as curate from '@lean-ops/curate';
import * as iceberg from '@lean-ops/iceberg';
import * as arrow from 'apache-arrow';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { codeBlocks, functionBodyOf, modulesOf } from '../../../iceberg/test/docs/code-blocks.js';
import { GIVEN_NAMES, withGiven } from './given.js';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGE = 'packages/curate/README.md';

const BLOCKS = codeBlocks(PAGE, readFileSync(join(ROOT, PAGE), 'utf8'));
const MODULES_OF_BLOCKS = modulesOf(BLOCKS, { names: GIVEN_NAMES, typesFrom: './given.js' });
const EXAMPLES = BLOCKS.map((block, index) => ({
  ...block,
  module: MODULES_OF_BLOCKS[index]!,
  name: `${PAGE}:${block.line}`,
  file: join(import.meta.dirname, `readme_${block.line}.ts`),
}));

const MODULES: Readonly<Record<string, unknown>> = {
  '@lean-ops/core': core,
  '@lean-ops/curate': curate,
  '@lean-ops/iceberg': iceberg,
  'apache-arrow': arrow,
};

test('every example passes the type checker', { timeout: 120_000 }, () => {
  const files = new Map(EXAMPLES.map((example) => [example.file, example]));
  const program = programOf(new Map(EXAMPLES.map(({ file, module }) => [file, module])));
  const errors = [...files].flatMap(([path, { page, line }]) => {
    const source = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText, start = 0 }) =>
        // The module has one line more than the block, and lines count from 0.
        `${page}:${line + source.getLineAndCharacterOfPosition(start).line - 1} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
  expect(errors).toEqual([]);
});

describe('every example runs and prints what stands behind it', () => {
  test('there are some', () => expect(EXAMPLES.length).toBeGreaterThanOrEqual(9));

  test.each(EXAMPLES)('$name', async ({ module, code, runs }) => {
    expect(runs).toBe(true);
    const AsyncFunction = (async () => undefined).constructor as new (
      ...parts: string[]
    ) => (...values: unknown[]) => Promise<void>;
    const run = new AsyncFunction('require', ...GIVEN_NAMES, functionBodyOf(module));
    const printed: string[] = [];
    const log = (...values: unknown[]): void => {
      printed.push(values.map(shown).join(' '));
    };
    await withGiven(log, (given) => run(requireModule, ...GIVEN_NAMES.map((name) => given[name])));
    expect(printed).toEqual([...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text));
  });
});

function shown(value: unknown): string {
  return typeof value === 'string'
    ? value
    : inspect(value, { breakLength: Number.POSITIVE_INFINITY, compact: 100, depth: 10 });
}

function requireModule(name: string): unknown {
  const found = MODULES[name] ?? process.getBuiltinModule(name);
  if (found === undefined) throw new Error(`Examples may not import ${name}.`);
  return found;
}

/** A program of files that are not on disk, with the compiler options of the repository. */
function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.getSourceFile = (path, languageVersion) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, languageVersion, true);
  };
  return ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false, noUnusedParameters: false },
    host,
  );
}
