import { tableSafeTopic } from '@lean-ops/core';
import type { CommandContext } from '../../command-context.js';
import { timeText, withDeadLetters } from '../dlq/open.js';
import { notRegistered } from './not-registered.js';
import type { ShowTopicOptions } from './options.js';

export async function showTopic(
  name: string,
  options: ShowTopicOptions,
  context: CommandContext,
): Promise<void> {
  await withDeadLetters(options, context, async ({ topics }) => {
    const row = await topics.get(tableSafeTopic(name));
    if (row === null) throw await notRegistered(name, topics);
    await context.stdout.json({ ...row, updatedAt: timeText(row.updatedAt) });
  });
}
