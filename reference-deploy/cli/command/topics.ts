import type { Command } from 'commander';
import type {
  ListTopicsOptions,
  PauseOptions,
  ResumeOptions,
  ShowTopicOptions,
} from '../action/topics/options.js';
import type { CommandContext } from '../command-context.js';
import { queueTopic } from '../options.js';
import { addressOptions, formatOption } from './shared-options.js';

/** `lean-ops topics …`: the registry. */
export function addTopicsCommand(program: Command, context: CommandContext): void {
  const topics = program
    .command('topics')
    .description('The topics of a platform: what state they are in, and why; pause and resume them.');
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
      .requiredOption('--by <name>', 'who pauses it'),
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
      .argument('<topic>', 'as its queue or its table spells it', queueTopic),
  ).action(async (topic: string, options: ResumeOptions) => {
    const { resumeTopic } = await import('../action/topics/change-state.js');
    await resumeTopic(topic, options, context);
  });
}
