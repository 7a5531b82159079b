import { type Command, Option } from 'commander';
import { keyValue, nameList, termList, textList } from '../option-values.js';
import { branchOption, type CommandGroup, define, dryRunOption, formatOption, TABLE } from './define.js';

const INPUT_DETAILS = `A file is NDJSON (gzipped or not), Parquet or Arrow, which is told by how it begins; - is standard input. Columns are
matched by name, absent ones are null, unknown ones are refused. In NDJSON, integers and decimals may be numbers or
texts and keep every digit; values are spelled as scan prints them.`;

const FILES: readonly [string, string] = ['<file...>', 'files of rows, s3:// too, or - for standard input'];

function commitOptions(command: Command): Command {
  return formatOption(
    branchOption(command)
      .option('--stage', 'add the snapshot without making it current, to be published later')
      .option('--wap-id <id>', 'id under which the staged snapshot is published')
      .option('--summary <name=value>', 'further entry of the snapshot summary', keyValue),
  );
}

function inputFormatOption(command: Command): Command {
  return command.addOption(
    new Option('--input-format <format>', 'what the files are (default: told by how they begin)').choices([
      'ndjson',
      'parquet',
      'arrow',
    ]),
  );
}

/** Commands that add, replace and delete rows. */
export function addWriteCommands(group: CommandGroup): void {
  define(group, {
    name: 'create',
    args: [TABLE],
    description: 'Create a table.',
    options: (command) =>
      formatOption(
        command
          .option(
            '--column <definition>',
            'name and type of a column: "id long required", "place struct<lat: double, lon: double>", "tags list<string>"',
            textList,
          )
          .option('--schema <file>', 'columns in JSON, as table metadata has them, ids left out or not')
          .option('--partition-by <terms>', 'such as "day(placed_at), bucket(16, id)"', termList)
          .option('--sort-by <terms>', 'such as "placed_at desc, id"', termList)
          .option('--identifier <names>', 'required columns that identify a row', nameList)
          .option('--property <name=value>', 'table property', keyValue)
          .addOption(new Option('--format-version <version>', 'default: 2').choices(['2', '3'])),
      ),
    examples: [
      'create folder:/data/warehouse#raw.orders --column "id long required" --column "placed_at timestamptz" --partition-by "day(placed_at)"',
    ],
    writes: true,
    load: async () => (await import('../action/create.js')).create,
  });
  define(group, {
    name: 'append',
    args: [TABLE, FILES],
    description: 'Append the rows of files, in one commit.',
    details: INPUT_DETAILS,
    options: (command) => commitOptions(inputFormatOption(command)),
    examples: [
      'append /data/warehouse/raw/orders monday.ndjson.gz tuesday.parquet',
      'jq -c ".items[]" orders.json | @ append /data/warehouse/raw/orders -',
    ],
    writes: true,
    load: async () => (await import('../action/write-rows.js')).append,
  });
  define(group, {
    name: 'upsert',
    args: [TABLE, FILES],
    description:
      'Replace the rows that have the same key as those of files, and add the others, in one commit.',
    details: INPUT_DETAILS,
    options: (command) =>
      commitOptions(
        inputFormatOption(
          command
            .option(
              '--key <names>',
              'columns that identify a row, between commas (default: the identifier fields)',
              nameList,
            )
            .addOption(
              new Option('--mode <mode>', 'how the old rows go').choices([
                'merge-on-read',
                'copy-on-write',
                'equality-deletes',
              ]),
            ),
        ),
      ),
    examples: ['upsert /data/warehouse/raw/orders changed.ndjson --key id'],
    writes: true,
    load: async () => (await import('../action/write-rows.js')).upsert,
  });
  define(group, {
    name: 'delete',
    args: [TABLE],
    description: 'Delete the rows that match a filter, in one commit.',
    options: (command) =>
      dryRunOption(
        commitOptions(
          command
            .requiredOption('--filter <expression>', 'rows to delete, such as "id in (4, 8)"')
            .addOption(
              new Option('--mode <mode>', 'how they go').choices(['merge-on-read', 'copy-on-write']),
            ),
        ),
        'only print how many rows there are to delete',
      ),
    examples: ['delete /data/warehouse/raw/orders --filter "id in (4, 8)" --dry-run'],
    writes: true,
    load: async () => (await import('../action/write-rows.js')).deleteRows,
  });
}
