// Compares the public surface of every package with the snapshot in `packages/*/api/`, so that a change of it is
// seen in review. `--update` writes the snapshots anew. Run after `npm run build`.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const update = process.argv.includes('--update');
const stale = [];

for (const name of ['core', 'iceberg', 'ingest', 'curate']) {
  const folder = join('packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const wanted = new Map();
  for (const [subpath, target] of Object.entries(exports)) {
    if (typeof target === 'string') continue;
    const file = `${subpath === '.' ? 'index' : subpath.slice(2).replaceAll('/', '-')}.d.ts`;
    wanted.set(
      file,
      surface(
        join(folder, target.types),
        subpath === '.' ? `@lean-ops/${name}` : `@lean-ops/${name}/${subpath.slice(2)}`,
      ),
    );
  }
  const api = join(folder, 'api');
  const present = existsSync(api) ? readdirSync(api) : [];
  if (update) {
    mkdirSync(api, { recursive: true });
    for (const file of present) if (!wanted.has(file)) rmSync(join(api, file));
    for (const [file, text] of wanted) writeFileSync(join(api, file), text);
    continue;
  }
  for (const file of new Set([...present, ...wanted.keys()])) {
    const path = join(api, file);
    if (!existsSync(path) || !wanted.has(file) || readFileSync(path, 'utf8') !== wanted.get(file))
      stale.push(path);
  }
}
if (stale.length > 0) {
  console.error(
    `The public API differs from its snapshot: ${stale.join(', ')}.\nIf that is meant, run: npm run build && npm run api:update`,
  );
  process.exit(1);
}

/** Every export of a bundled declaration file, by name, with its declaration and without comments. */
function surface(entry, title) {
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  if (source === undefined) throw new Error(`${entry} is missing: run npm run build first`);
  const module = checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${entry} exports nothing`);
  const printer = ts.createPrinter({ removeComments: true });
  const lines = checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const text = (target.declarations ?? [])
      .map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node))
      .map((node) => printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()))
      .join('\n');
    return `// ${symbol.name}\n${text}\n`;
  });
  return `// Public API of ${title}. Written by scripts/api-snapshot.mjs.\n\n${lines.sort().join('\n')}`;
}
