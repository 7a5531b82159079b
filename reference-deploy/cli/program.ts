import { Command } from 'commander';
import { addContractCommand } from './command/contract.js';
import { addCostCommand } from './command/cost.js';
import { addDemoCommand } from './command/demo.js';
import { addDlqCommand } from './command/dlq.js';
import { addDriftCommand } from './command/drift.js';
import { addFlattenCommand } from './command/flatten.js';
import { addGenerateCommand } from './command/generate.js';
import { addMaintainCommand } from './command/maintain.js';
import { addRebuildCommand } from './command/rebuild.js';
import { addReconcileCommand } from './command/reconcile.js';
import { addRunCommand } from './command/run.js';
import { addSemanticCommand } from './command/semantic.js';
import { addSnowflakeCommand } from './command/snowflake.js';
import { addStatusCommand } from './command/status.js';
import { addTableCommand } from './command/table.js';
import { addTopicsCommand } from './command/topics.js';
import type { CommandContext } from './command-context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { reportError } from './report-error.js';

const VERSION = '0.1.0';

/** The whole command line. Nothing is read or written before a command's action runs. */
function createProgram(context: CommandContext): Command {
  const program = new Command('lean-ops')
    .description('IoT events from queues to governed Apache Iceberg tables, with every record accounted for.')
    .version(VERSION, '-V, --version')
    .option('--debug', 'show where an unexpected error happened')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what the command takes)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    })
    .addHelpText(
      'after',
      `
Exit codes:
  0  all is well
  1  the data, or a check of it, says no
  2  the command was not used rightly

Examples:
  $ lean-ops demo --events 10000 --out demo-output
  $ lean-ops run --warehouse wh --input events.ndjson --topic user-logins
  $ lean-ops table scan wh/standardized/user_logins --limit 5`,
    )
    .exitOverride();
  addDemoCommand(program, context);
  addGenerateCommand(program, context);
  addRunCommand(program, context);
  addReconcileCommand(program, context);
  addStatusCommand(program, context);
  addTopicsCommand(program, context);
  addMaintainCommand(program, context);
  addRebuildCommand(program, context);
  addDlqCommand(program, context);
  addTableCommand(program, context);
  addFlattenCommand(program, context);
  addCostCommand(program, context);
  addContractCommand(program, context);
  addDriftCommand(program, context);
  addSemanticCommand(program, context);
  addSnowflakeCommand(program, context);
  return program;
}

/** Runs one command line, without the program's name, and gives its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  const program = createProgram(context);
  try {
    if (args.length === 0) {
      await context.stderr.write(program.helpInformation());
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: 'user' });
    if (context.verdict !== EXIT.interrupted) await context.stdout.finish();
    return context.verdict;
  } catch (error) {
    const debug = program.opts<{ debug?: boolean }>().debug === true;
    if (debug && error instanceof Error && error.stack !== undefined) await context.stderr.line(error.stack);
    return await reportError(error, context);
  }
}
