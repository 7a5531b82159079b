import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { CommandError, UsageError } from './usage-error.js';

/** Codes that say the command line asked for something that cannot be. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'CONTRACT_INVALID',
  'CONTRACTS_UNREADABLE',
  'CONTRACT_UNREADABLE',
  'TOPIC_NAME_INVALID',
  'TOPIC_NAME_COLLISION',
  'TOPIC_NOT_REGISTERED',
  'WAREHOUSE_UNREADABLE',
  'TABLE_NOT_FOUND',
  'COLUMN_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
  'INVALID_ARGUMENT',
  'OPTION_INVALID',
  'PRICES_UNREADABLE',
  'DEAD_LETTER_NOT_FOUND',
  'ID_AMBIGUOUS',
  'DEPLOYMENT_UNREADABLE',
  'VERSION_NOT_FOUND',
]);

/** Says what went wrong in the user's words, without a stack, and gives the exit code for it. */
export async function reportError(error: unknown, context: CommandContext): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
  if (error instanceof UsageError) {
    await context.stderr.line(`error: ${error.message}`);
    return EXIT.usage;
  }
  if (isCodedError(error)) {
    await context.stderr.line(`error: ${error.message} [${error.code}]`);
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.no;
  }
  if (error instanceof CommandError || isSystemError(error)) {
    await context.stderr.line(`error: ${error.message}`);
    return EXIT.no;
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  await context.stderr.line(`internal error: ${text}`);
  await context.stderr.line('This is a defect of lean-ops. Run again with --debug to see where it happened.');
  return EXIT.no;
}

/** An error that one of our packages throws on purpose. By its shape, so that no package is loaded to ask. */
function isCodedError(error: unknown): error is Error & { readonly code: string } {
  const { code, retryable } = error as { code?: unknown; retryable?: unknown };
  return error instanceof Error && typeof code === 'string' && typeof retryable === 'boolean';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}
