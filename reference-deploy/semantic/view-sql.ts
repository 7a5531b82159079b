import { basename } from 'node:path';
import type { CheckedView } from './checked-view.js';
import type { Dialect } from './dialect/dialect.js';

/** What every file that is made here begins with, behind `-- `. */
export const MADE_BY = 'Made by lean-ops semantic';

/** Where views read and stand: names of a schema, part by part (`["lean_ops", "curated"]`). */
export interface SchemaNames {
  readonly curated: readonly string[];
  readonly semantic: readonly string[];
}

/** The statement that makes a view, without the semicolon; the same view gives the same bytes. */
export function viewSql(view: CheckedView, names: SchemaNames, dialect: Dialect): string {
  const columns = view.columns.map(({ name, value }) => ({
    name,
    type: value.type,
    sensitive: view.sensitive.has(name),
  }));
  const statement = dialect.createView({
    name: [...names.semantic, view.name],
    description: view.description.trim(),
    columns,
    select: selectSql(view, names, dialect),
  });
  return [...remarks(view).map((line) => `-- ${line}`), statement].join('\n');
}

function selectSql(view: CheckedView, { curated }: SchemaNames, dialect: Dialect): string {
  const table = (topic: string, source: string): string =>
    `${[...curated, topic].map((part) => dialect.quote(part)).join('.')} AS ${dialect.quote(source)}`;
  const columns = view.columns.map(
    ({ name, value }) =>
      `  ${dialect.viewColumn(value.render(dialect), value.type, view.sensitive.has(name))} AS ${dialect.quote(name)}`,
  );
  const groups = view.columns.filter(({ role }) => role === 'dimension').length;
  return [
    'SELECT',
    columns.join(',\n'),
    `FROM ${table(view.topic, view.source)}`,
    ...view.joins.map(
      ({ kind, topic, source, on }) =>
        `${kind === 'left' ? 'LEFT' : 'INNER'} JOIN ${table(topic, source)} ON ${on.render(dialect)}`,
    ),
    ...(view.where === null ? [] : [`WHERE ${view.where.render(dialect)}`]),
    ...(groups === 0
      ? []
      : [`GROUP BY ${Array.from({ length: groups }, (_, index) => index + 1).join(', ')}`]),
  ].join('\n');
}

function remarks({ file, description, columns, sensitive }: CheckedView): string[] {
  const shown = columns
    .filter(({ name }) => sensitive.has(name))
    .map(({ name, value }) => `${name} (of ${[...value.shows].sort().join(', ')})`);
  return [
    `${MADE_BY} from ${oneLine(basename(file))}: change that, not this.`,
    ...description.trim().split(/\s*[\r\n\u0085\u2028\u2029]\s*/),
    ...(shown.length === 0 ? [] : [`Shows what contracts mask: ${shown.join(', ')}.`]),
  ];
}

/** Whatever a file is called, it stays within its comment. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ');
}
