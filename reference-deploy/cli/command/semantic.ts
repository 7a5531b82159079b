import { type Command, InvalidArgumentError } from 'commander';
import { DIALECTS, type DialectName } from '../../semantic/dialect/dialect.js';
import type { SemanticCommandOptions } from '../action/semantic.js';
import type { CommandContext } from '../command-context.js';
import { nameList } from '../options.js';

export function addSemanticCommand(program: Command, context: CommandContext): void {
  program
    .command('semantic')
    .description('Write the Semantic layer: views over Curated tables, as SQL for several engines.')
    .requiredOption('--spec <file or folder>', 'the views, as YAML or JSON')
    .requiredOption('--contracts <file or folder>', 'the contracts of the topics that they read')
    .option('--dialect <names>', `engines, between commas: ${DIALECTS.join(', ')}`, dialectList, [
      ...DIALECTS,
    ])
    .option('--curated <schema>', 'schema of the Curated tables; parts between dots', schemaName, ['curated'])
    .option('--semantic <schema>', 'schema of the views; parts between dots', schemaName, ['semantic'])
    .option('--out <folder>', 'writes ENGINE/VIEW.sql there; without it, prints the SQL of one engine')
    .option('--check', 'write nothing: say whether the files in --out are what would be written')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The JSON Schema of the views is semantic/semantic-views.schema.json; docs/layer_definitions.md explains them.

Exit codes:
  0  written, or with --check: up to date
  1  with --check: files are missing, other or stale
  2  documents are wrong: each fault is printed with file, line and column

Examples:
  $ lean-ops semantic --spec views.yaml --contracts contracts --dialect duckdb
  $ lean-ops semantic --spec views --contracts contracts --out sql --check
  $ lean-ops semantic --spec views --contracts contracts --dialect athena --out sql \\
      --curated lean_ops_prod_curated --semantic lean_ops_prod_semantic`,
    )
    .action(async (options: SemanticCommandOptions) => {
      const { semantic } = await import('../action/semantic.js');
      await semantic(options, context);
    });
}

function dialectList(text: string): DialectName[] {
  return nameList(text).map((name) => {
    const known = DIALECTS.find((dialect) => dialect === name);
    if (known === undefined)
      throw new InvalidArgumentError(`${JSON.stringify(name)} is none of ${DIALECTS.join(', ')}.`);
    return known;
  });
}

function schemaName(text: string): string[] {
  const parts = text.split('.');
  if (parts.every((part) => /^[A-Za-z_][A-Za-z0-9_-]*$/.test(part))) return parts;
  throw new InvalidArgumentError(
    'Give names of letters, digits, hyphens and underscores, with dots between.',
  );
}
