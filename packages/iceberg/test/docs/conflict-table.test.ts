import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');

/** Text values of an object literal that a test file declares, by key. */
function literalOf(source: ts.SourceFile, name: string): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (node: ts.Node): void => {
    if (
      ts.isVariableDeclaration(node) &&
      node.name.getText(source) === name &&
      node.initializer !== undefined
    )
      ts.forEachChild(node.initializer, (property) => {
        if (!ts.isPropertyAssignment(property)) return;
        const key = ts.isIdentifier(property.name)
          ? property.name.text
          : (property.name as ts.StringLiteral).text;
        found[key] = (property.initializer as ts.StringLiteral).text;
      });
    else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test('the conflicts that the page promises are those that the isolation tests check', () => {
  const source = ts.createSourceFile('x.ts', read('../isolation.test.ts'), ts.ScriptTarget.Latest, true);
  const outcomes = literalOf(source, 'OUTCOMES');
  const sign: Readonly<Record<string, string>> = { '+': '✓', '!': '×', '!+': '× / ✓' };
  const expected = Object.entries(outcomes).map(([name, signs]) => [
    name,
    ...signs.split(' ').map((text) => sign[text]),
  ]);
  expect(expected.length).toBeGreaterThan(0);

  const lines = read('../../../../docs/iceberg/concurrency.md').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| ours'));
  const rows = lines.slice(start + 2, lines.indexOf('', start)).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(rows).toEqual(expected);
});
