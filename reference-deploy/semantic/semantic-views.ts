import type { TopicContract } from '@lean-ops/core';
import { checkView } from './check-view.js';
import type { CheckedView } from './checked-view.js';
import { type CuratedTable, curatedTable } from './curated-tables.js';
import type { DialectName } from './dialect/dialect.js';
import { dialects } from './dialect/dialects.js';
import { documentReader } from './document.js';
import type { SemanticFault } from './fault.js';
import schema from './semantic-views.schema.json' with { type: 'json' };
import type { SemanticSpec } from './spec.js';
import { MADE_BY, type SchemaNames, viewSql } from './view-sql.js';

/** A document, as it is named to people. */
interface TextFile {
  readonly file: string;
  readonly text: string;
}

const readSpec = documentReader<SemanticSpec>(schema);

export interface SemanticViews {
  /** Sorted by name; none of a document that has a fault. */
  readonly views: readonly CheckedView[];
  readonly faults: readonly SemanticFault[];
}

/**
 * Reads documents of views and checks them against the contracts of the topics that they read.
 *
 * @example
 * const { views, faults } = semanticViews([{ file, text }], contracts);
 */
export function semanticViews(files: readonly TextFile[], contracts: Iterable<TopicContract>): SemanticViews {
  const tables = new Map<string, CuratedTable>();
  for (const contract of contracts) tables.set(contract.topic, curatedTable(contract));
  const faults: SemanticFault[] = [];
  const views = new Map<string, CheckedView>();
  for (const file of files) {
    const document = readSpec(file, faults);
    if (document === null) continue;
    for (const name of Object.keys(document.value.views)) {
      const other = views.get(name);
      if (other !== undefined)
        faults.push({
          place: document.placeOfKey(['views', name]),
          message: `view ${name} stands in ${other.file} already`,
        });
      const view = checkView(name, document, tables, faults);
      if (view !== null) views.set(name, view);
    }
  }
  return { views: [...views.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), faults };
}

/** A statement and the file that holds it, named below the folder of its engine. */
interface SqlFile {
  readonly name: string;
  /** Ends in a semicolon and a line break. */
  readonly text: string;
}

/** The statements of one engine, in the order in which they run: the schema, then the views, a file each. */
export function sqlFiles(views: readonly CheckedView[], names: SchemaNames, dialect: DialectName): SqlFile[] {
  const engine = dialects[dialect];
  return [
    { name: '_schema.sql', text: `-- ${MADE_BY}.\n${engine.createSchema(names.semantic)};\n` },
    ...views.map((view) => ({ name: `${view.name}.sql`, text: `${viewSql(view, names, engine)};\n` })),
  ];
}
