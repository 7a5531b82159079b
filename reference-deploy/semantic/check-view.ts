import type { CheckedColumn, CheckedJoin, CheckedView } from './checked-view.js';
import type { CuratedTable } from './curated-tables.js';
import type { DocumentPath, PlacedDocument } from './document.js';
import { checkExpression, type ExpressionScope, type FoundColumn } from './expression/check.js';
import type { Checked } from './expression/checked.js';
import { nearest } from './expression/nearest.js';
import { isWord, parseExpression } from './expression/parse.js';
import { ExpressionFault, type SemanticFault } from './fault.js';
import type { Expressions, ExpressionText, SemanticSpec, ViewSpec } from './spec.js';
import { typeText } from './sql-type.js';

/**
 * Finds the tables and columns of a view in the contracts and checks every expression. Null, with faults, where something
 * is wrong.
 */
export function checkView(
  name: string,
  document: PlacedDocument<SemanticSpec>,
  tables: ReadonlyMap<string, CuratedTable>,
  faults: SemanticFault[],
): CheckedView | null {
  const before = faults.length;
  const check = new ViewCheck(name, document, tables, faults);
  const view = check.view(document.value.views[name]!);
  return faults.length === before ? view : null;
}

class ViewCheck {
  readonly #name: string;
  readonly #document: PlacedDocument<SemanticSpec>;
  readonly #tables: ReadonlyMap<string, CuratedTable>;
  readonly #faults: SemanticFault[];
  readonly #sources = new Map<string, CuratedTable>();

  constructor(
    name: string,
    document: PlacedDocument<SemanticSpec>,
    tables: ReadonlyMap<string, CuratedTable>,
    faults: SemanticFault[],
  ) {
    this.#name = name;
    this.#document = document;
    this.#tables = tables;
    this.#faults = faults;
  }

  view(spec: ViewSpec): CheckedView {
    const { description, from, as: source = from, joins = [], where, sensitive = [] } = spec;
    this.#shapeFaults(spec);
    this.#addSource(source, from, ['from'], spec.as === undefined ? ['from'] : ['as']);
    const checkedJoins = joins.flatMap((join, index): CheckedJoin[] => {
      const alias = join.as ?? join.topic;
      const at = ['joins', index];
      this.#addSource(alias, join.topic, [...at, 'topic'], [...at, join.as === undefined ? 'topic' : 'as']);
      const on = this.#truth(join.on, [...at, 'on']);
      return on === null ? [] : [{ topic: join.topic, source: alias, kind: join.kind ?? 'left', on }];
    });
    const columns = [
      ...this.#columns(spec.columns, 'column', ['columns']),
      ...this.#columns(spec.dimensions, 'dimension', ['dimensions']),
      ...this.#columns(spec.metrics, 'metric', ['metrics']),
    ];
    this.#sensitiveFaults(columns, sensitive);
    return {
      name: this.#name,
      file: this.#document.file,
      description,
      topic: from,
      source,
      joins: checkedJoins,
      where: where === undefined ? null : this.#truth(where, ['where']),
      columns,
      sensitive: new Set(sensitive),
    };
  }

  #shapeFaults({ columns, dimensions, metrics }: ViewSpec): void {
    if (columns === undefined && metrics === undefined)
      this.#refuse([], 'a view has columns, or metrics with or without dimensions');
    if (columns !== undefined && (metrics ?? dimensions) !== undefined)
      this.#refuse(['columns'], 'a view has either columns or metrics: make two views of it');
    if (dimensions !== undefined && metrics === undefined && columns === undefined)
      this.#refuse(['dimensions'], 'dimensions need metrics');
    for (const name of Object.keys(metrics ?? {}))
      if (dimensions !== undefined && Object.hasOwn(dimensions, name))
        this.#refuse(['metrics', name], `${name} is a dimension already`);
  }

  #addSource(source: string, topic: string, at: DocumentPath, sourceAt: DocumentPath): void {
    const table = this.#tables.get(topic);
    if (table === undefined) {
      this.#refuse(at, `topic ${topic} has no contract here${nearest(topic, [...this.#tables.keys()])}`);
      return;
    }
    if (isWord(source))
      this.#refuse(sourceAt, `${source} is a word of expressions: give the table another name with "as"`);
    if (this.#sources.has(source))
      this.#refuse(sourceAt, `${source} is there already: give it another name with "as"`);
    this.#sources.set(source, table);
  }

  #columns(expressions: Expressions = {}, role: CheckedColumn['role'], at: DocumentPath): CheckedColumn[] {
    return Object.entries(expressions).flatMap(([name, text]) => {
      const value = this.#expression(text, [...at, name], role === 'metric');
      return value === null ? [] : [{ name, role, value }];
    });
  }

  /** What is masked is shown only where somebody wrote that down, so that a review sees it. */
  #sensitiveFaults(columns: readonly CheckedColumn[], sensitive: readonly string[]): void {
    for (const { name, role, value } of columns) {
      if (value.shows.size === 0 || sensitive.includes(name)) continue;
      const place = role === 'column' ? 'columns' : `${role}s`;
      this.#refuse(
        [place, name],
        `${name} shows ${[...value.shows].join(', ')}, which a contract masks: name it in "sensitive" of the view, or leave it out`,
      );
    }
    for (const [index, name] of sensitive.entries()) {
      const column = columns.find((candidate) => candidate.name === name);
      if (column === undefined) this.#refuse(['sensitive', index], `the view has no column ${name}`);
      else if (column.value.shows.size === 0)
        this.#refuse(['sensitive', index], `${name} shows nothing that a contract masks: take it out`);
    }
  }

  #truth(text: ExpressionText, at: DocumentPath): Checked | null {
    const checked = this.#expression(text, at, false);
    if (checked === null || checked.type.kind === 'boolean') return checked;
    this.#refuse(at, `must be true or false, and is ${typeText(checked.type)}`);
    return null;
  }

  #expression(text: ExpressionText, at: DocumentPath, aggregates: boolean): Checked | null {
    const written = typeof text === 'string' ? text : this.#document.sourceOf(['views', this.#name, ...at]);
    try {
      return checkExpression(parseExpression(written ?? String(text)), this.#scope(aggregates));
    } catch (error) {
      if (!(error instanceof ExpressionFault)) throw error;
      this.#faults.push({
        place: this.#document.placeOf(['views', this.#name, ...at], error.offset),
        message: `view ${this.#name}, ${at.join('.')}: ${error.message}`,
      });
      return null;
    }
  }

  #scope(aggregates: boolean): ExpressionScope {
    return { aggregates, column: (source, name, offset) => this.#column(source, name, offset) };
  }

  #column(source: string | null, name: string, offset: number): FoundColumn {
    if (source !== null && !this.#sources.has(source))
      throw new ExpressionFault(
        offset,
        `the view reads no table ${source}${nearest(source, [...this.#sources.keys()])}`,
      );
    const searched = [...this.#sources].filter(([candidate]) => source === null || candidate === source);
    const found = searched.flatMap(([candidate, { columns }]) => {
      const column = columns.get(name);
      return column === undefined ? [] : [{ source: candidate, ...column }];
    });
    if (found.length > 1)
      throw new ExpressionFault(
        offset,
        `${name} is in ${found.map((one) => one.source).join(' and ')}: write ${found[0]!.source}.${name}`,
      );
    const column = found[0];
    if (column !== undefined)
      return { source: column.source, name, type: column.type, masked: column.sensitive !== null };
    if (searched.some(([, { dropped }]) => dropped.has(name)))
      throw new ExpressionFault(offset, `${name} is dropped by its contract: Curated does not have it`);
    const known = [...new Set(searched.flatMap(([, { columns }]) => [...columns.keys()]))];
    const where = searched.map(([, { topic }]) => `the contract of ${topic}`).join(' and ');
    throw new ExpressionFault(offset, `${where} has no column ${name}${nearest(name, known)}`);
  }

  #refuse(at: DocumentPath, message: string): void {
    const path = ['views', this.#name, ...at];
    const place = this.#document.placeOf(path);
    this.#faults.push({
      place,
      message: `view ${this.#name}${at.length === 0 ? '' : `, ${at.join('.')}`}: ${message}`,
    });
  }
}
