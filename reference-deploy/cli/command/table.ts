import { type Command, Option } from 'commander';
import type { TableOptions } from '../action/table.js';
import type { CommandContext } from '../command-context.js';
import { nameList, snapshotId, wholeNumber } from '../options.js';

const MOST_ROWS = Number.MAX_SAFE_INTEGER;

function formatOption(): Option {
  return new Option(
    '--format <format>',
    'ndjson: one JSON object a line, exact; table: for people (default: table on a terminal, else ndjson)',
  ).choices(['ndjson', 'table']);
}

/** `lean-ops table …`: looks into any Iceberg table in a folder, ours or not. */
export function addTableCommand(program: Command, context: CommandContext): void {
  const table = program
    .command('table')
    .description('Look into an Iceberg table in a folder.')
    .addHelpText(
      'after',
      `
FOLDER is the folder of one table: the one that holds metadata/.

Examples:
  $ lean-ops table scan demo-output/warehouse/curated/meter_readings --limit 5
  $ lean-ops table files demo-output/warehouse/raw/meter_readings_staging --format table`,
    );
  table
    .command('scan')
    .argument('<folder>', 'folder of the table')
    .description('Print rows.')
    .option(
      '--columns <names>',
      'columns to print, between commas; _file and _pos say where a row stands',
      nameList,
    )
    .option('--filter <expression>', 'rows to print, such as "battery < 10 and site = \'Lisboa-2\'"')
    .option('--snapshot <id>', 'the table as it was at this snapshot', snapshotId)
    .option('--limit <count>', 'rows at most', wholeNumber(0, MOST_ROWS))
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
In ndjson, 64-bit integers keep every digit, decimals are texts, times are ISO 8601 with microseconds, and binary
values are base64.

Examples:
  $ lean-ops table scan wh/curated/meter_readings --columns event_id,total_kwh --filter "total_kwh >= 100.5"
  $ lean-ops table scan wh/standardized/meter_readings --snapshot 4358109269898234421 --format table`,
    )
    .action(async (folder: string, options: TableOptions) => {
      const { scanTable } = await import('../action/table.js');
      await scanTable(folder, options, context);
    });
  table
    .command('schema')
    .argument('<folder>', 'folder of the table')
    .description('Print the columns: field id, name, type, whether it must be there.')
    .option('--snapshot <id>', 'the schema of this snapshot', snapshotId)
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  $ lean-ops table schema wh/curated/meter_readings --format table')
    .action(async (folder: string, options: TableOptions) => {
      const { tableSchema } = await import('../action/table.js');
      await tableSchema(folder, options, context);
    });
  table
    .command('snapshots')
    .argument('<folder>', 'folder of the table')
    .description('Print the snapshots, oldest first, with what each of them did.')
    .option('--limit <count>', 'the newest ones, at most', wholeNumber(0, MOST_ROWS))
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  $ lean-ops table snapshots wh/curated/meter_readings --limit 3')
    .action(async (folder: string, options: TableOptions) => {
      const { tableSnapshots } = await import('../action/table.js');
      await tableSnapshots(folder, options, context);
    });
  table
    .command('files')
    .argument('<folder>', 'folder of the table')
    .description('Print the data files that a scan would read.')
    .option('--filter <expression>', 'only files that may hold such rows')
    .option('--snapshot <id>', 'the files of this snapshot', snapshotId)
    .option('--limit <count>', 'files at most', wholeNumber(0, MOST_ROWS))
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ lean-ops table files wh/raw/meter_readings_staging --filter "sqs_message_id = \'a1\'"',
    )
    .action(async (folder: string, options: TableOptions) => {
      const { tableFiles } = await import('../action/table.js');
      await tableFiles(folder, options, context);
    });
}
