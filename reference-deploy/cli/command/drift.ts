import type { Command } from 'commander';
import type { DriftCommandOptions } from '../action/drift.js';
import type { CommandContext } from '../command-context.js';
import { knownTopics, wholeNumber } from '../options.js';
import { addressOptions, formatOption } from './shared-options.js';

/** `lean-ops drift`: what producers send that contracts do not know. */
export function addDriftCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('drift')
    .description(
      'List fields that no contract maps, and those that vanished, were renamed or have another type.',
    )
    .option('--topic <names>', 'only these, between commas', knownTopics)
    .option(
      '--rows <count>',
      'rows of Standardized that are looked at per topic, to tell types',
      wholeNumber(1, 100_000_000),
      100_000,
    );
  addressOptions(formatOption(command))
    .addHelpText(
      'after',
      `
On a terminal, lines for the contracts follow the list. First seen and counts come from ops.drift_log; a field that came
back, that a column reads by now, or whose column has the new type is not listed any more.

Example:
  $ lean-ops drift --warehouse wh --topic user-logins`,
    )
    .action(async (options: DriftCommandOptions) => {
      const { drift } = await import('../action/drift.js');
      await drift(options, context);
    });
}
