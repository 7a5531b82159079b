import { type Command, Option } from 'commander';
import { SCHEDULES } from '../../handlers/shared/schedule.js';
import type {
  AddTopicCommandOptions,
  ListTopicsOptions,
  PauseOptions,
  RemoveTopicCommandOptions,
  ResumeOptions,
  SetTopicOptions,
  ShowTopicOptions,
} from '../action/topics/options.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic, wholeNumber } from '../options.js';
import { addressOptions, DEFAULT_ACTOR, formatOption } from './shared-options.js';

/** `lean-ops topics …`: the registry. */
export function addTopicsCommand(program: Command, context: CommandContext): void {
  const topics = program
    .command('topics')
    .description(
      'The topics of a platform: what state they are in, who brought them there and why; add, remove, pause and resume them.',
    );
  formatOption(addressOptions(topics.command('list').description('List the topics.'))).action(
    async (options: ListTopicsOptions) => {
      const { listTopics } = await import('../action/topics/list.js');
      await listTopics(options, context);
    },
  );
  addressOptions(
    topics
      .command('show')
      .description('Show one topic.')
      .argument('<topic>', 'as its queue or its table spells it', queueTopic),
  ).action(async (topic: string, options: ShowTopicOptions) => {
    const { showTopic } = await import('../action/topics/show.js');
    await showTopic(topic, options, context);
  });
  addressOptions(
    topics
      .command('pause')
      .description('Stop the jobs of a topic. Events still arrive in its RAW table.')
      .argument('<topic>', 'as its queue or its table spells it', queueTopic)
      .requiredOption('--reason <text>', 'why, for whoever finds it paused')
      .option('--by <name>', `who pauses it (default: ${DEFAULT_ACTOR})`),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ lean-ops topics pause orders --warehouse wh --reason "producer sends wrong units" --by ada',
    )
    .action(async (topic: string, options: PauseOptions) => {
      const { pauseTopic } = await import('../action/topics/change-state.js');
      await pauseTopic(topic, options, context);
    });
  addressOptions(
    topics
      .command('resume')
      .description('Let the jobs of a paused topic run again: they go on where they stopped.')
      .argument('<topic>', 'as its queue or its table spells it', queueTopic)
      .option('--by <name>', `who resumes it (default: ${DEFAULT_ACTOR})`),
  ).action(async (topic: string, options: ResumeOptions) => {
    const { resumeTopic } = await import('../action/topics/change-state.js');
    await resumeTopic(topic, options, context);
  });
  addSetTopic(topics, context);
  addAddTopic(topics, context);
  addRemoveTopic(topics, context);
}

const DAY_SECONDS = 86_400;

function scheduleOption(text: string): Option {
  return new Option('--schedule <schedule>', text).choices(SCHEDULES);
}

function addSetTopic(topics: Command, context: CommandContext): void {
  addressOptions(
    topics
      .command('set')
      .description('Change how often the jobs of a topic run. What they have not read waits in RAW.')
      .argument('<topic>', 'as its queue or its table spells it', queueTopic)
      .addOption(scheduleOption('in every round, or once in each hour or day (UTC)').makeOptionMandatory()),
  )
    .addHelpText(
      'after',
      `
Where the topics document of a deployment names a schedule for the topic, that comes back within minutes: change it there.

Example:
  $ lean-ops topics set orders --schedule hourly --warehouse wh`,
    )
    .action(async (topic: string, options: SetTopicOptions) => {
      const { setTopic } = await import('../action/topics/set.js');
      await setTopic(topic, options, context);
    });
}

function addAddTopic(topics: Command, context: CommandContext): void {
  addressOptions(
    topics
      .command('add')
      .description('Register a topic: its queue, its RAW table and, with a contract, all its tables.')
      .argument('<topic>', 'as its queue spells it', queueTopic)
      .option('--contract <file>', 'its contract; without one it stops at Standardized')
      .addOption(scheduleOption('how often its jobs run (default: every-round)'))
      .option('--by <name>', `who adds it (default: ${DEFAULT_ACTOR})`)
      .option('--wait <seconds>', 'wait so long for another deploy', wholeNumber(0, DAY_SECONDS), 60),
  )
    .addHelpText(
      'after',
      '\nExample:\n  $ lean-ops topics add user-logins --contract user-logins.json --warehouse wh --by ada',
    )
    .action(async (topic: string, options: AddTopicCommandOptions) => {
      const { addTopicCommand } = await import('../action/topics/add.js');
      await addTopicCommand(topic, options, context);
    });
}

function addRemoveTopic(topics: Command, context: CommandContext): void {
  addressOptions(
    topics
      .command('remove')
      .description('Take a topic out of the registry. Its tables stay; what still comes is quarantined.')
      .argument('<topic>', 'as its queue or its table spells it', queueTopic)
      .option('--unprocessed', 'though its queue or its tables hold what was not processed')
      .option('--drop-tables', 'drop its tables with everything in them, RAW too')
      .option('--by <name>', `who removes it (default: ${DEFAULT_ACTOR})`)
      .option('--wait <seconds>', 'wait so long for a run or a deploy', wholeNumber(0, DAY_SECONDS), 60),
  ).action(async (topic: string, options: RemoveTopicCommandOptions) => {
    const { removeTopicCommand } = await import('../action/topics/remove.js');
    await removeTopicCommand(topic, options, context);
  });
}
