import type { Command } from 'commander';
import type { SnowflakeCommandOptions } from '../action/snowflake.js';
import type { CommandContext } from '../command-context.js';

export function addSnowflakeCommand(program: Command, context: CommandContext): void {
  program
    .command('snowflake')
    .description('Write what lets Snowflake read the Curated tables: SQL and AWS policies.')
    .requiredOption('--settings <file>', 'account, names and roles, as YAML or JSON')
    .requiredOption('--contracts <file or folder>', 'the contracts of the topics')
    .option('--spec <file or folder>', 'views of the Semantic layer, as lean-ops semantic takes them')
    .requiredOption('--out <folder>', 'where the files go, numbered as they run')
    .option('--check', 'write nothing: say whether the files in --out are what would be written')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
The JSON Schema of the settings is snowflake/snowflake.schema.json; docs/snowflake.md goes through the steps.

Exit codes:
  0  written, or with --check: up to date
  1  with --check: files are missing, other or stale
  2  documents are wrong: each fault is printed with file, line and column

Examples:
  $ lean-ops snowflake --settings snowflake.yaml --contracts contracts --out snowflake
  $ lean-ops snowflake --settings snowflake.yaml --contracts contracts --spec views --out snowflake --check`,
    )
    .action(async (options: SnowflakeCommandOptions) => {
      const { snowflake } = await import('../action/snowflake.js');
      await snowflake(options, context);
    });
}
