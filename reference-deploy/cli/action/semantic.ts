import { contractFiles } from '../../contract/contract-files.js';
import { readContracts } from '../../contract/read-contracts.js';
import type { CheckedView } from '../../semantic/checked-view.js';
import type { DialectName } from '../../semantic/dialect/dialect.js';
import { faultText, type SemanticFault } from '../../semantic/fault.js';
import { type SemanticViews, semanticViews, sqlFiles } from '../../semantic/semantic-views.js';
import { typeText } from '../../semantic/sql-type.js';
import { MADE_BY } from '../../semantic/view-sql.js';
import type { CommandContext } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { compareMadeFiles, type FileState, type MadeFile, writeMadeFiles } from '../folder/made-files.js';
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
  const { views, faults } = await readViews(options.spec, options.contracts);
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

/**
 * The views of a file or folder, with all that is wrong with them or with the contracts.
 *
 * @throws {ContractToolError} `CONTRACTS_UNREADABLE` where a place cannot be read.
 * @throws {UsageError} where a folder holds no documents.
 */
export async function readViews(spec: string, contracts: string): Promise<SemanticViews> {
  const [files, contractDocuments] = [await contractFiles(spec), await contractFiles(contracts)];
  if (files.length === 0) throw new UsageError(`--spec ${spec}: the folder has no .json, .yaml or .yml file`);
  const { contracts: topics, faults } = readContracts(contractDocuments);
  const found = semanticViews(
    files,
    Array.from(topics.values(), ({ document }) => document.contract),
  );
  // Without its contract a topic is unknown to every view that reads it: that is said once.
  if (faults.length === 0) return found;
  return { views: [], faults: faults.map(({ place, message }): SemanticFault => ({ place, message })) };
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

/** One line per file that is not as it should be, and what that comes to. */
export function stateText(states: readonly FileState[], folder: string, check: boolean): string {
  const others = states.filter(({ state }) => state !== 'same');
  const done = { missing: 'written', differs: 'written', stale: 'removed', same: '' };
  const lines = others.map(({ name, state }) => `${check ? state : done[state]}: ${name}`);
  const count = `${states.length} ${states.length === 1 ? 'file' : 'files'} in ${folder}`;
  const last =
    others.length === 0 ? 'up to date' : check ? `${others.length} not up to date` : 'up to date now';
  return [...lines, `${count}: ${last}`].join('\n');
}
