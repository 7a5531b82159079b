import ts from 'typescript';

/** A code block of a Markdown page. */
export interface CodeBlock {
  /** The page's path from the repository's root. */
  page: string;
  /** Line of the first line of code, from 1. */
  line: number;
  code: string;
  /** Whether it can run without a server: `false` for blocks marked `ts no-run`. */
  runs: boolean;
}

const FENCE = /^```(\S*)(.*)$/;

/** The blocks of a page that are marked `ts` or `ts no-run`. */
export function codeBlocks(page: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { info: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === null) open = { info: `${fence[1]}${fence[2]}`.trim(), line: index + 2, lines: [] };
    else {
      if (open.info === 'ts' || open.info === 'ts no-run')
        blocks.push({ page, line: open.line, code: open.lines.join('\n'), runs: open.info === 'ts' });
      open = null;
    }
  }
  if (open !== null) throw new Error(`${page}:${open.line}: the code block has no end`);
  return blocks;
}

/**
 * The blocks of a page as modules: with what earlier blocks of the page have imported, which their reader knows, and
 * with the names that every block is given. Positions in the code stay what they are, one line further down.
 */
export function modulesOf(
  blocks: readonly CodeBlock[],
  given: { names: readonly string[]; typesFrom: string },
): string[] {
  const known = new Map<string, string>();
  return blocks.map(({ code }) => {
    const imported = importsOf(code);
    const declared = declaredNames(code);
    const taken = new Set([...imported.keys(), ...declared]);
    const carried = [...known].filter(([name]) => !taken.has(name));
    for (const [name] of carried) taken.add(name);
    for (const [name, statement] of imported) known.set(name, statement);
    const header = [
      ...carried.map(([, statement]) => statement),
      `import type { Given as $Given } from '${given.typesFrom}';`,
      ...given.names
        .filter((name) => !taken.has(name))
        .map((name) => `declare const ${name}: $Given['${name}'];`),
    ];
    return `${header.join(' ')}\n${code}`;
  });
}

/** The import statement of every name a block imports. */
function importsOf(code: string): Map<string, string> {
  const found = new Map<string, string>();
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest);
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings))
      throw new Error(`Code blocks import by name: ${statement.getText(source)}`);
    const from = (statement.moduleSpecifier as ts.StringLiteral).text;
    const isType = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    for (const element of bindings.elements)
      found.set(
        element.name.text,
        `import ${isType ? 'type ' : ''}{ ${element.getText(source)} } from '${from}';`,
      );
  }
  return found;
}

/** Names that a block declares itself, at its top. */
function declaredNames(code: string): Set<string> {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest);
  const names = new Set<string>();
  const take = (name: ts.BindingName | undefined): void => {
    if (name === undefined) return;
    if (ts.isIdentifier(name)) names.add(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) take(element.name);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) take(name);
    else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) take(statement.name);
  }
  return names;
}

/** A module of {@link modulesOf} as the body of an async function that is given `require` and the given names. */
export function functionBodyOf(module: string): string {
  const { outputText } = ts.transpileModule(module, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.CommonJS },
  });
  // A block of its own: the code may declare names that it was given.
  return `'use strict'; const exports = {}; {\n${outputText}\n}`;
}
