import { ADDRESS_HELP, addTableCommands } from '@lean-ops/iceberg/cli';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';

/** `lean-ops table …`: the commands of `@lean-ops/iceberg` for any Iceberg table, ours or not. */
export function addTableCommand(program: Command, context: CommandContext): void {
  const table = program
    .command('table')
    .description('Look into an Iceberg table, change it, maintain it.')
    .addHelpText(
      'after',
      `
${ADDRESS_HELP}

Examples:
  $ lean-ops table scan demo-output/warehouse/curated/meter_readings --limit 5
  $ lean-ops table files demo-output/warehouse/raw/meter_readings_staging --format table`,
    );
  addTableCommands(table, context, 'lean-ops table');
}
