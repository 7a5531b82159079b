import { createInterface } from 'node:readline/promises';
import type { CommandContext } from '../../command-context.js';
import { UsageError } from '../../usage-error.js';
import type { ConfirmOptions } from './options.js';

/** Whether a command changes anything: it was told to, or somebody at the terminal says so when asked. */
export type Intent = 'do' | 'ask' | 'tell';

/** `tell` also where there is nobody to ask. */
export function intentOf(options: ConfirmOptions, { stdin, stderr }: CommandContext): Intent {
  if (options.dryRun === true) return 'tell';
  if (options.yes === true) return 'do';
  return (stdin as { isTTY?: boolean }).isTTY === true && stderr.isTerminal ? 'ask' : 'tell';
}

/** Asks; anything but yes is no, Ctrl-C and the end of the input included. */
export async function confirm(question: string, { stdin, stderr }: CommandContext): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stderr.stream });
  const closed = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  asking.once('SIGINT', () => asking.close());
  try {
    const answer = await Promise.race([asking.question(`${question} [y/N] `), closed]);
    const agreed = /^y(es)?$/i.test(answer.trim());
    if (!agreed) await stderr.line('nothing was done');
    return agreed;
  } finally {
    asking.close();
  }
}

/**
 * Ends a command that only told what it would do and was not asked to leave it at that.
 *
 * @throws {UsageError}
 */
export function refuseUnasked(options: ConfirmOptions): void {
  if (options.dryRun === true) return;
  throw new UsageError('nothing was done: there is nobody to ask here; add --yes to do it, or --dry-run');
}
