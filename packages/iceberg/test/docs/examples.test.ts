import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as iceberg from '@lean-ops/iceberg';
import * as testing from '@lean-ops/iceberg/testing';
import * as arrow from 'apache-arrow';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { codeBlocks, functionBodyOf, modulesOf } from './code-blocks.js';
import { GIVEN_NAMES, type Given, withGiven } from './given.js';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGES = [
  'packages/iceberg/README.md',
  ...readdirSync(join(ROOT, 'docs/iceberg'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/iceberg/${name}`),
];

const EXAMPLES = PAGES.flatMap((page) => {
  const blocks = codeBlocks(page, readFileSync(join(ROOT, page), 'utf8'));
  const modules = modulesOf(blocks, { names: GIVEN_NAMES, typesFrom: './given.js' });
  return blocks.map((block, index) => ({
    ...block,
    module: modules[index]!,
    name: `${page}:${block.line}`,
    file: join(import.meta.dirname, `${page.replaceAll(/\W/g, '_')}_${block.line}.ts`),
  }));
});

const MODULES: Readonly<Record<string, unknown>> = {
  '@lean-ops/iceberg': iceberg,
  '@lean-ops/iceberg/testing': testing,
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

describe('every example that needs no server runs', () => {
  test.each(EXAMPLES.filter(({ runs }) => runs))('$name', async ({ module }) => {
    const AsyncFunction = (async () => undefined).constructor as new (
      ...parts: string[]
    ) => (...values: unknown[]) => Promise<void>;
    const run = new AsyncFunction('require', ...GIVEN_NAMES, functionBodyOf(module));
    await withGiven((given: Given) => run(requireModule, ...GIVEN_NAMES.map((name) => given[name])));
  });
});

function requireModule(name: string): unknown {
  const found = MODULES[name] ?? process.getBuiltinModule(name);
  if (found === undefined)
    throw new Error(`Examples that run may not import ${name}; mark the block "ts no-run".`);
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

test('links of the pages lead to files and headings that are there', () => {
  const broken = PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const inline = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const references = [...text.matchAll(/^\[[^\]^]+\]: (\S+)/gm)].map(([, target]) => target!);
    return [...inline, ...references]
      .filter((target) => !leadsSomewhere(page, target))
      .map((target) => `${page}: ${target}`);
  });
  expect(broken).toEqual([]);
});

test('links of a package’s page lead out of the package by the address of the repository: only the package is installed', () => {
  const leading = readdirSync(join(ROOT, 'packages')).flatMap((name) => {
    const page = join(ROOT, 'packages', name, 'README.md');
    if (!existsSync(page)) return [];
    return [...readFileSync(page, 'utf8').matchAll(/\]\((\.\.[^)\s]*)\)/g)].map(
      ([, target]) => `${name}: ${target}`,
    );
  });
  expect(leading).toEqual([]);
});

/** Where the repository's files are read. */
const REPOSITORY = 'https://github.com/lean-ops/lean-ops/blob/main/';

function leadsSomewhere(page: string, target: string): boolean {
  const own = target.startsWith(REPOSITORY);
  if (/^https?:/.test(target) && !own) return true;
  const [path = '', anchor] = (own ? target.slice(REPOSITORY.length) : target).split('#');
  const file = own ? join(ROOT, path) : path === '' ? join(ROOT, page) : join(ROOT, page, '..', path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
  return headings.includes(anchor);
}
