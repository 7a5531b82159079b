import { CommanderError } from 'commander';
import type { IcebergError, IcebergErrorCode } from '../error.js';
import { didYouMean } from '../util/suggest.js';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-code.js';
import { plainLine } from './output/plain-line.js';
import { CommandError, UsageError } from './usage-error.js';

/** Codes that say the command line asked for something that is not there or cannot be. */
const USAGE_CODES: ReadonlySet<string> = new Set<IcebergErrorCode>([
  'TABLE_NOT_FOUND',
  'NAMESPACE_NOT_FOUND',
  'COLUMN_NOT_FOUND',
  'SNAPSHOT_NOT_FOUND',
  'SNAPSHOT_EXPIRED',
  'REF_NOT_FOUND',
  'INVALID_ARGUMENT',
  'INVALID_NAME',
]);

const HINTS: Partial<Record<IcebergErrorCode, string>> = {
  ACCESS_DENIED:
    'the credentials in use may not do this; AWS credentials come from the default chain of the AWS SDK',
  COMMIT_CONFLICT:
    'somebody else changed the table meanwhile and nothing of this was committed; run the command again',
  COMMIT_STATE_UNKNOWN:
    'the change may have been made and nothing was deleted; look at the snapshots before you run the command again',
  LOCATION_OUTSIDE_TABLE:
    'say where the files are now with --location-prefix OLD=NEW, or allow their folder with --allow-location FOLDER',
  NOT_AUTHENTICATED: 'give --token or --credential, or set ICEBERG_TOKEN or ICEBERG_CREDENTIAL',
  SNAPSHOT_EXPIRED: 'begin at a snapshot that the command "snapshots" lists',
};

/** Hint for a file that is not there: the usual reason is a table that was moved. */
const MOVED_HINT =
  'if the table was moved, say where its files are now with --location-prefix OLD=NEW; if its snapshots expire, the file may be gone';

/** Says what went wrong in the user's words, and gives the exit code for it. */
export async function reportError(
  error: unknown,
  { stderr }: Pick<CommandContext, 'stderr'>,
  options: { debug?: boolean; known?: readonly string[] } = {},
): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
  if (options.debug === true && error instanceof Error && error.stack !== undefined) {
    await stderr.line(stackOf(error));
  }
  if (error instanceof UsageError) {
    await stderr.line(`error: ${oneLine(error.message)}`);
    return EXIT.usage;
  }
  if (isIcebergError(error)) {
    await stderr.line(`error: ${oneLine(error.message)}${suggestion(error, options.known)} [${error.code}]`);
    const hint = hintFor(error);
    if (hint !== undefined) await stderr.line(`hint: ${hint}`);
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
  }
  if (error instanceof CommandError || isSystemError(error)) {
    await stderr.line(`error: ${oneLine(error.message)}`);
    return EXIT.failed;
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  await stderr.line(`internal error: ${oneLine(text)}`);
  await stderr.line('This is a defect. Run again with --debug to see where it happened.');
  return EXIT.failed;
}

/** An error that this package throws on purpose. By its shape, so that the library is not loaded to ask. */
function isIcebergError(error: unknown): error is IcebergError {
  return error instanceof Error && error.name === 'IcebergError' && 'code' in error;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function suggestion({ code, context }: IcebergError, known: readonly string[] = []): string {
  const name =
    code === 'COLUMN_NOT_FOUND' ? context['column'] : code === 'REF_NOT_FOUND' ? context['ref'] : null;
  return typeof name === 'string' ? didYouMean(name, known) : '';
}

function hintFor({ code, context, message }: IcebergError): string | undefined {
  if (code === 'FILE_NOT_FOUND') return MOVED_HINT;
  if (code === 'UNSUPPORTED_FEATURE' && message.includes('to be read')) {
    return 'give the address of the table in its catalog, or the folder of a table in the Hadoop layout';
  }
  if (/region is missing/i.test(message)) return 'give --region, or set AWS_REGION';
  // The SDK says so only where it looks for credentials in vain.
  const cause = context['cause'] ?? message;
  if (code === 'STORAGE_FAILED' && /credential/i.test(String(cause)))
    return 'AWS credentials come from the default chain of the AWS SDK: variables, profiles, roles';
  return HINTS[code];
}

function oneLine(text: string): string {
  return plainLine(text.replace(/\s*\n\s*/g, ' '));
}

function stackOf(error: Error): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\ncaused by ${stackOf(error.cause)}` : stack;
}
