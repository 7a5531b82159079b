import { Command } from 'commander';
import { addTableCommands } from './command/table-commands.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-code.js';
import { reportError } from './report-error.js';

const VERSION = '0.1.0';

/** What an address may be, for the help of programs that take one. */
export const ADDRESS_HELP = `A table is named by
  PATH, s3://BUCKET/PATH                       its folder, the one that holds metadata/
  PATH/….metadata.json, s3://…                 a metadata file, to be read only
  folder:WAREHOUSE#NAMESPACE.TABLE             its name in a warehouse folder, local or s3://
  rest+https://HOST/PATH#NAMESPACE.TABLE       its name in a REST catalog (?warehouse=NAME before the #)
  glue://DATABASE.TABLE?region=REGION          its name in the Glue Data Catalog`;

function createProgram(context: CommandContext): Command {
  const program = new Command('iceberg')
    .description('Reads, changes and maintains Apache Iceberg tables.')
    .version(VERSION, '-V, --version')
    .option('--debug', 'show where an error happened')
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      // One line: what is wrong, and what was meant.
      outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')}\n`),
    })
    .addHelpText(
      'after',
      `
${ADDRESS_HELP}

Exit codes:
  0    all is well
  1    the work failed
  2    the command was not used rightly, or asked for what is not there
  130  it was interrupted

Examples:
  $ iceberg scan /data/warehouse/raw/orders --filter "amount > 10" --limit 5
  $ iceberg append folder:/data/warehouse#raw.orders new-orders.ndjson
  $ iceberg snapshots "rest+https://catalog.example.com?warehouse=lake#raw.orders"`,
    )
    .exitOverride();
  addTableCommands(program, context, 'iceberg');
  return program;
}

/** Runs one command line, without the program's name, and gives its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    const program = createProgram(context);
    if (args.length === 0) {
      await context.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return context.verdict;
  } catch (error) {
    return await reportError(error, context);
  }
}
