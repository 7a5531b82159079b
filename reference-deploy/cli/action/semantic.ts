import type { TopicContract } from '@lean-ops/core';
import type { CheckedView } from '../../semantic/checked-view.js';
import type { DialectName } from '../../semantic/dialect/dialect.js';
import { faultText, type SemanticFault } from '../../semantic/fault.js';
import { sqlFiles } from '../../semantic/semantic-views.js';
import { typeText } from '../../semantic/sql-type.js';
import { MADE_BY } from '../../semantic/view-sql.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { compareMadeFiles, type MadeFile, stateText, writeMadeFiles } from '../folder/made-files.js';
import { readViews } from '../input/read-views.js';
import { UsageError } from '../usage-error.js';

export interface SemanticCommandOptions {
  readonly spec: string;
  readonly contracts: string;
  readonly dialect: readonly DialectName[];
  readonly curated: readonly string[];
  readonly semantic: readonly string[];
  readonly out?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

export async function semantic(options: SemanticCommandOptions, context: CommandContext): Promise<void> {
  const { dialect, out, check = false, json = false } = options;
  if (check && out === undefined)
    throw new UsageError('--check compares files: name their folder with --out');
  if (out === undefined && !json && dialect.length > 1)
    throw new UsageError(
      'several engines need --out, a folder to write to; or name one engine with --dialect',
    );
  const { contracts, views, faults } = await readViews(options.spec, options.contracts);
  refuseTakenNames(views, contracts, options);
  const files = faults.length > 0 ? [] : dialect.flatMap((name) => engineFiles(views, name, options));
  const states = out === undefined ? [] : await compareMadeFiles(out, files, `-- ${MADE_BY}`);
  if (faults.length === 0 && out !== undefined && !check) await writeMadeFiles(out, files, states);
  if (faults.length > 0) context.verdict = EXIT.usage;
  else if (check && states.some(({ state }) => state !== 'same')) context.verdict = EXIT.no;
  if (json) {
    await context.stdout.line(JSON.stringify({ ...report(views, faults), files: states }, null, 2));
    return;
  }
  for (const fault of faults) await context.stderr.line(`${faultText(fault)}`);
  if (faults.length > 0) return;
  if (out === undefined) await context.stdout.write(files.map(({ text }) => text).join('\n'));
  else await context.stdout.line(stateText(states, out, check));
}

/** A view is made in the place of whatever has its name, and may read just that. */
function refuseTakenNames(
  views: readonly CheckedView[],
  contracts: readonly TopicContract[],
  { curated, semantic: schema }: SemanticCommandOptions,
): void {
  const nameOf = (parts: readonly string[]): string => parts.join('.').toLowerCase();
  if (nameOf(curated) !== nameOf(schema)) return;
  const tables = new Set(contracts.flatMap(({ topic }) => [topic, `${topic}_errors`]));
  const taken = views.find(({ name }) => tables.has(name));
  if (taken !== undefined)
    throw new UsageError(
      `--semantic ${schema.join('.')} is the schema of the Curated tables, and view ${taken.name} is called as one of them: give it another name or the views another schema`,
    );
}

function engineFiles(
  views: readonly CheckedView[],
  dialect: DialectName,
  { curated, semantic: schema }: SemanticCommandOptions,
): MadeFile[] {
  return sqlFiles(views, { curated, semantic: schema }, dialect).map(({ name, text }) => ({
    name: `${dialect}/${name}`,
    text,
  }));
}

function report(views: readonly CheckedView[], faults: readonly SemanticFault[]): object {
  return {
    formatVersion: 1,
    faults,
    views: views.map(({ name, file, topic, joins, columns, sensitive }) => ({
      name,
      file,
      topics: [...new Set([topic, ...joins.map((join) => join.topic)])],
      columns: columns.map((column) => ({
        name: column.name,
        role: column.role,
        type: typeText(column.value.type),
        sensitive: sensitive.has(column.name) ? [...column.value.shows] : [],
      })),
    })),
  };
}
