import { tableSafeTopic } from '@lean-ops/core';
import { changeTopic } from '../../../handlers/shared/change-topic.js';
import type { CommandContext } from '../../command-context.js';
import { withDeadLetters } from '../dlq/open.js';
import { notRegistered } from './not-registered.js';
import type { SetTopicOptions } from './options.js';

export async function setTopic(
  name: string,
  options: SetTopicOptions,
  context: CommandContext,
): Promise<void> {
  const { schedule } = options;
  await withDeadLetters(options, context, async ({ topics, ports: { clock } }) => {
    const row = await changeTopic(topics, tableSafeTopic(name), (now) =>
      now.schedule === schedule ? null : { ...now, schedule, updatedAt: clock.now() },
    );
    if (row === null) throw await notRegistered(name, topics);
    await context.stdout.line(`${row.topic} runs ${row.schedule}`);
  });
}
