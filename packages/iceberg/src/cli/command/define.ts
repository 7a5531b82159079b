import { type Command, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import {
  keyValue,
  locationPrefix,
  nameList,
  snapshotId,
  textList,
  timeOrAge,
  wholeNumber,
} from '../option-values.js';
import { runAction } from '../run-action.js';
import type { Session } from '../session.js';

/** Where commands are added. */
export interface CommandGroup {
  readonly parent: Command;
  readonly context: CommandContext;
  /** What the user types before a command's name: `iceberg`, `lean-ops table`. */
  readonly prefix: string;
}

type Handler = (session: Session, args: never, options: never) => Promise<number | undefined>;

/** What a command is, without the code that does it: that is loaded when the command runs. */
export interface CommandDefinition {
  readonly name: string;
  /** As commander writes them: `<table>`, `[name]`, `<file...>`. */
  readonly args: readonly (readonly [syntax: string, description: string])[];
  readonly description: string;
  /** Printed below the options. */
  readonly details?: string;
  /** Command lines without the prefix. */
  readonly examples: readonly string[];
  readonly options?: (command: Command) => Command;
  /** Whether an interrupt must give it the time to put away what it began. */
  readonly writes?: boolean;
  readonly load: () => Promise<Handler>;
}

export const TABLE: readonly [string, string] = [
  '<table>',
  'table folder, metadata file, or address in a catalog (see the help of the program)',
];

/** Adds a command whose last options say how its address is reached. */
export function define({ parent, context, prefix }: CommandGroup, definition: CommandDefinition): void {
  const command = parent.command(definition.name).description(definition.description);
  for (const [syntax, description] of definition.args) command.argument(syntax, description);
  definition.options?.(command);
  addressOptions(command);
  const examples = definition.examples.map((line) => exampleLine(prefix, line)).join('\n');
  const details = definition.details === undefined ? '' : `\n${definition.details}\n`;
  command.addHelpText(
    'after',
    `${details}\nExample${definition.examples.length > 1 ? 's' : ''}:\n${examples}`,
  );
  command.action(async (...given: unknown[]) => {
    const args = given.slice(0, -2);
    const options = given.at(-2);
    await runAction(
      context,
      command,
      async (session) => (await definition.load())(session, args as never, options as never),
      { writes: definition.writes ?? false },
    );
  });
}

/** `| ` in an example stands before the program's own part of a pipe. */
function exampleLine(prefix: string, line: string): string {
  const pipe = line.indexOf('| @ ');
  return pipe === -1
    ? `  $ ${prefix} ${line}`
    : `  $ ${line.slice(0, pipe)}| ${prefix} ${line.slice(pipe + '| @ '.length)}`;
}

export function columnsOption(command: Command): Command {
  return command.option(
    '--columns <names>',
    'columns to print, between commas, fields of structs by path; _file and _pos say where a row stands',
    nameList,
  );
}

export function filterOption(command: Command, what: string): Command {
  return command.option('--filter <expression>', `${what}, such as "battery < 10 and site = 'Lisboa-2'"`);
}

export function limitOption(command: Command, what: string): Command {
  return command.option('--limit <count>', what, wholeNumber(0));
}

/** Options that say which version of a table is meant. */
export function versionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--snapshot <id>', 'the table as it was at this snapshot')
        .argParser(snapshotId)
        .conflicts(['ref', 'asOf']),
    )
    .addOption(new Option('--ref <name>', 'a branch or tag').conflicts('asOf'))
    .option(
      '--as-of <time>',
      'the table as it was at this time, or so long ago: ISO 8601 with a zone, a date, or an age such as 36h',
      timeOrAge,
    );
}

export function formatOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--format <format>',
      'table: for people; ndjson: a JSON object a line, exact; json: one array (default: table on a terminal, else ndjson)',
    ).choices(['table', 'ndjson', 'json']),
  );
}

export function dryRunOption(command: Command, what = 'only print what would be done'): Command {
  return command.option('--dry-run', what);
}

export function branchOption(command: Command): Command {
  return command.option('--branch <name>', 'the branch to change (default: main)');
}

function addressOptions(command: Command): Command {
  return command
    .optionsGroup('Address options:')
    .option(
      '--location-prefix <OLD=NEW>',
      'files of a moved table, whose names begin with OLD, are at NEW',
      locationPrefix,
    )
    .option('--allow-location <folder>', 'read files in this folder, too, outside the table', textList)
    .option(
      '--warehouse <name>',
      "which of a server's catalogs; Glue: where new tables go (ICEBERG_WAREHOUSE)",
    )
    .option('--token <token>', 'bearer token of a REST catalog (ICEBERG_TOKEN)')
    .option('--credential <id:secret>', 'OAuth2 client credentials of a REST catalog (ICEBERG_CREDENTIAL)')
    .option('--oauth2-uri <url>', 'where tokens are given out (ICEBERG_OAUTH2_URI)')
    .option('--scope <scope>', 'scope of the token (ICEBERG_SCOPE)')
    .addOption(
      new Option(
        '--signing <service>',
        'sign requests to a REST catalog with AWS Signature Version 4',
      ).choices(['glue', 's3tables']),
    )
    .option('--header <name=value>', 'further header for a REST catalog', keyValue)
    .option('--region <region>', 'AWS region (default: that of the AWS SDK)')
    .option('--s3-endpoint <url>', 'endpoint of an S3-compatible store (ICEBERG_S3_ENDPOINT)')
    .option(
      '--s3-path-style',
      'bucket names in the path, as most such stores want (ICEBERG_S3_PATH_STYLE=true)',
    );
}
