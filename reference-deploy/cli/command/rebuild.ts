import type { Command } from 'commander';
import type { RebuildCommandOptions } from '../action/rebuild.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic } from '../options.js';
import { addressOptions, DEFAULT_ACTOR } from './shared-options.js';

export function addRebuildCommand(program: Command, context: CommandContext): void {
  const command = program
    .command('rebuild')
    .description("Make a topic's tables anew from RAW, and put them in the place of the old ones.")
    .requiredOption('--topic <name>', 'as its queue or its table spells it', queueTopic)
    .option('--accept-raw-gap', 'carry over the rows that RAW does not have any more')
    .option('--abandon', 'give up the rebuild that the topic is in: every table as it was before')
    .option('--by <who>', `who wants it, for the registry (default: ${DEFAULT_ACTOR})`)
    .option('--json', 'print the result as JSON');
  addressOptions(command)
    .addHelpText(
      'after',
      `
Readers see the old tables until the new ones add up; messages are taken in all the while. A rebuild that was cut off is
finished by the same command. Each old table stays under a tag for a week.

On AWS it starts the Historical Rebuilder and awaits it; where this command is ended, the Historical Rebuilder goes on.

Exit code 1 where it is refused: RAW lacks rows, the new tables do not add up, a run has the topic.

Examples:
  $ lean-ops rebuild --warehouse wh --topic user-logins
  $ lean-ops rebuild --warehouse wh --topic user-logins --abandon
  $ lean-ops rebuild --aws --project lean-ops --env prod --topic user-logins --by ada`,
    )
    .action(async (options: RebuildCommandOptions) => {
      const { rebuild } = await import('../action/rebuild.js');
      await rebuild(options, context);
    });
}
