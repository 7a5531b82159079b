import { Command, InvalidArgumentError } from 'commander';

export interface RehearsalOptions {
  readonly topics: number;
  readonly events: number;
  readonly seed: number;
  /** Leaves the emulator running until Ctrl-C. */
  readonly keep: boolean;
  /** Writes down which calls the functions made. */
  readonly record: boolean;
}

/** Reads the options; prints help and ends where it is asked for, or where one is wrong (exit code 2). */
export function parseOptions(args: readonly string[]): RehearsalOptions {
  const command = new Command('npm run rehearse --')
    .description(
      'Deploys the stack to an emulator of AWS on this machine, sends events with injected faults through it, trips and closes a breaker, replays dead letters, runs the orchestrators, and accounts for every message.',
    )
    .option('--topics <number>', 'topics, 8 to 200', whole(8, 200), 24)
    .option('--events <number>', 'generated messages, 1,000 to 1,000,000', whole(1_000, 1_000_000), 20_000)
    .option('--seed <number>', 'seed of events and faults', whole(0, Number.MAX_SAFE_INTEGER), 42)
    .option('--keep', 'leave the emulator running until Ctrl-C, to look around', false)
    .option(
      '--record',
      'write down the AWS calls of the functions in reference-deploy/rehearsal/recorded-calls.json',
      false,
    )
    .addHelpText(
      'after',
      `
Needs Python 3.10 or newer; MiniStack is installed into .peers/rehearsal by the first run. Takes about six minutes.

Exit codes:
  0  every message is accounted for, and everything went as it must
  1  something did not
  2  the command was not used rightly
  3  the emulator cannot be installed on this machine: nothing was rehearsed`,
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse(args, { from: 'user' });
  return command.opts<RehearsalOptions>();
}

function whole(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text.replaceAll(/[_,]/g, ''));
    if (Number.isSafeInteger(value) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${from} to ${to}.`);
  };
}
