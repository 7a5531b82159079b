import { tableSafeTopic } from '@lean-ops/core';
import { removeTopic } from '../../../contract/deploy/remove-topic.js';
import { actorOf } from '../../actor.js';
import type { CommandContext } from '../../command-context.js';
import { withDeployment } from '../contract/open.js';
import { notRegistered } from './not-registered.js';
import type { RemoveTopicCommandOptions } from './options.js';

export async function removeTopicCommand(
  name: string,
  options: RemoveTopicCommandOptions,
  context: CommandContext,
): Promise<void> {
  const { unprocessed = false, dropTables = false, wait } = options;
  const removedBy = await actorOf(options, context);
  const topic = tableSafeTopic(name);
  await withDeployment(options, context, async (ports) => {
    if ((await ports.state.topics.get(topic)) === null) throw await notRegistered(name, ports.state.topics);
    const onProgress = (text: string): void => void context.stderr.line(text);
    const removal = { topic, removedBy, unprocessed, dropTables, waitMs: wait * 1000, onProgress };
    const dropped = await removeTopic(ports, removal);
    const tables = dropped.length === 0 ? 'its tables are left' : `dropped ${dropped.join(', ')}`;
    await context.stdout.line(`${topic} is removed; ${tables}`);
  });
}
