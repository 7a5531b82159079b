import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, '../../docs/iceberg/table-properties.md'), 'utf8');

/** Beginnings that names of Iceberg's table properties have. */
const NAME =
  /(['`])((?:write|commit|read|history|gc|schema|encryption|compatibility|engine)\.[a-z][\w.{}$-]*|format-version)\1/g;

const WILD = '*';

/** Names in the sources; `*` stands for what is filled in, also at the end of a prefix. */
function namesInSources(): Set<string> {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^(testing|cli)\//.test(name),
  );
  return new Set(
    files.flatMap((name) =>
      [...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(NAME)].map(([, , found]) =>
        found!.replaceAll(/\$\{\w+\}/g, WILD).replace(/\.$/, `.${WILD}`),
      ),
    ),
  );
}

/** Names in the first cells of the tables of a chapter. */
function namesOf(chapter: string): string[] {
  const start = PAGE.indexOf(`\n## ${chapter}\n`);
  expect(start).toBeGreaterThan(0);
  const end = PAGE.indexOf('\n## ', start + 1);
  const rows = PAGE.slice(start, end === -1 ? undefined : end).matchAll(/^\| (`.*?) \|/gm);
  return [...rows].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!.replace(/<\w+>/, WILD)),
  );
}

const matches = (pattern: string, name: string): boolean =>
  pattern === name || new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll(WILD, '[a-z]+')}$`).test(name);

test('the page names every table property of the sources, and says that no other one is read', () => {
  // Avro files of manifests have a key of this name, which is no table property.
  const inSources = [...namesInSources()].filter((name) => name !== 'format-version');
  const read = [...namesOf('Read'), ...namesOf('Carried along')];
  const notRead = namesOf('Not read');
  expect(inSources.length).toBeGreaterThan(20);
  expect(inSources.filter((pattern) => !read.some((name) => matches(pattern, name)))).toEqual([]);
  expect(read.filter((name) => !inSources.some((pattern) => matches(pattern, name)))).toEqual([]);
  expect(notRead.filter((name) => inSources.includes(name))).toEqual([]);
  const all = [...read, ...notRead];
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
});
