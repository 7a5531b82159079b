import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../../docs/iceberg');
const PAGE = readFileSync(join(FOLDER, 'feature-matrix.md'), 'utf8');

/** Rows of the tables of features: the feature, our cell, and those of the other projects. */
function featureRows(): { feature: string; ours: string; others: string[] }[] {
  const [, ...tables] = PAGE.split(/^\| \| @lean-ops\/iceberg .*\n.*\n/m);
  return tables.flatMap((table) =>
    table
      .slice(0, table.indexOf('\n\n'))
      .split('\n')
      .map((line) => {
        const [feature = '', ours = '', ...others] = line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim());
        return { feature, ours, others };
      }),
  );
}

/** What the links of our cells lead to: a file and the title of a test in it. */
function testOf(): Map<string, { file: string; title: string }> {
  const definitions = [...PAGE.matchAll(/^\[([^\]^]+)\]: (\S+) (["'])(.+)\3$/gm)];
  return new Map(definitions.map(([, id, file, , title]) => [id!, { file: file!, title: title! }]));
}

const titles = new Map<string, Set<string>>();

/** The titles in a file: what is given first to `test`, `it`, `describe` or a case of a contract, as it is written. */
function titlesIn(path: string): Set<string> {
  const known = titles.get(path);
  if (known !== undefined) return known;
  const found = new Set<string>();
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTestCall(node.expression.getText(source)))
      for (const argument of node.arguments)
        if (ts.isStringLiteralLike(argument)) found.add(argument.text);
        else if (ts.isTemplateExpression(argument)) found.add(argument.getText(source).slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(source);
  titles.set(path, found);
  return found;
}

/** `test(…)`, `test.each(…)(…)`, `suiteWhere(missing, …)`, `promise(…)`, `caseOf(…)`; never a test that is skipped. */
function isTestCall(callee: string): boolean {
  if (/\.(skip|todo|fails)\b/.test(callee)) return false;
  return /^(test|it|describe|testWhere|suiteWhere|promise|caseOf)\b/.test(callee);
}

test('every yes and partly of our column leads to a test that is there, everything else is a plain no', () => {
  const tests = testOf();
  const rows = featureRows();
  expect(rows.length).toBeGreaterThan(60);
  const wrong = rows.flatMap(({ feature, ours }) => {
    if (/^no($|: )/.test(ours)) return [];
    const links = [...ours.matchAll(/\[([^\]]+)\]\[([^\]]+)\]/g)];
    if (!/^\[(yes|partly)\]\[/.test(ours))
      return [`${feature}: "${ours}" says neither yes, with a test, nor no`];
    return links.flatMap(([, , id]) => {
      const named = tests.get(id!);
      if (named === undefined) return [`${feature}: ${id} is not defined`];
      const path = join(FOLDER, named.file);
      if (!existsSync(path)) return [`${feature}: there is no file ${named.file}`];
      return titlesIn(path).has(named.title) ? [] : [`${feature}: no test "${named.title}" in ${named.file}`];
    });
  });
  expect(wrong).toEqual([]);
});

test('every cell of the other projects says yes, no, part of it, or that it is not known; every note is there', () => {
  const wrong = featureRows().flatMap(({ feature, others }) =>
    others.length === 5 && others.every((cell) => cell !== '') ? [] : [`${feature}: ${others.length} cells`],
  );
  expect(wrong).toEqual([]);
  const used = new Set([...PAGE.matchAll(/\[\^([\w-]+)\](?!:)/g)].map(([, id]) => id));
  const defined = new Set([...PAGE.matchAll(/^\[\^([\w-]+)\]:/gm)].map(([, id]) => id));
  expect([...used].sort()).toEqual([...defined].sort());
});
