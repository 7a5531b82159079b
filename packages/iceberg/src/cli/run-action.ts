import type { Command } from 'commander';
import type { CommandContext } from './command-context.js';
import { EXIT } from './exit-code.js';
import { reportError } from './report-error.js';
import { Session } from './session.js';

/** Columns that every scan knows besides those of the table. */
const METADATA_COLUMNS = [
  '_file',
  '_pos',
  '_spec_id',
  '_row_id',
  '_last_updated_sequence_number',
  '_change_type',
  '_change_ordinal',
  '_commit_snapshot_id',
];

/**
 * Runs one command to its end and sets the verdict; never throws. Ctrl-C and SIGTERM fire its signal: a command that
 * only reads ends at once, one that writes is given the time to put away what it began. A second Ctrl-C ends the process.
 */
export async function runAction(
  context: CommandContext,
  command: Command,
  action: (session: Session) => Promise<number | undefined>,
  { writes = false }: { writes?: boolean } = {},
): Promise<void> {
  const interrupts = context.signal === undefined ? listenForInterrupts() : null;
  const session = new Session(context, context.signal ?? interrupts!.signal);
  try {
    const work = action(session);
    const verdict = await (writes ? work : untilAborted(work, session.signal));
    await context.stdout.finish();
    context.verdict = verdict ?? EXIT.good;
  } catch (error) {
    session.progress.clear();
    context.verdict = await report(error, session, command);
  } finally {
    session.progress.clear();
    interrupts?.stop();
  }
}

async function report(error: unknown, session: Session, command: Command): Promise<number> {
  const { context, signal, table } = session;
  const { debug = false } = command.optsWithGlobals<{ debug?: boolean }>();
  const ended = error === signal.reason || codeOf(error) === 'ABORTED' || nameOf(error) === 'AbortError';
  if (signal.aborted && ended) {
    await context.stderr.line('interrupted');
    return EXIT.interrupted;
  }
  const names = table?.schema().fields.map(({ name }) => name) ?? [];
  const known =
    codeOf(error) === 'REF_NOT_FOUND' ? Object.keys(table?.refs ?? {}) : [...names, ...METADATA_COLUMNS];
  const verdict = await reportError(error, context, { debug, known });
  return signal.aborted ? EXIT.interrupted : verdict;
}

/** Settles as the work does, or fails with the signal's reason as soon as that fires. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function listenForInterrupts(): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('interrupted'));
  // Once: the second one does what it does to any process.
  process.once('SIGINT', abort).once('SIGTERM', abort);
  return {
    signal: controller.signal,
    stop: () => void process.off('SIGINT', abort).off('SIGTERM', abort),
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? (error as { code?: unknown }).code : undefined;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
