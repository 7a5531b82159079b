import { type TopicRow, tableSafeTopic } from '@lean-ops/core';
import { changeTopic } from '../../../handlers/shared/change-topic.js';
import type { CommandContext } from '../../command-context.js';
import { CommandError } from '../../usage-error.js';
import { withDeadLetters } from '../dlq/open.js';
import { notRegistered } from './not-registered.js';
import type { PauseOptions, ResumeOptions } from './options.js';

export async function pauseTopic(
  name: string,
  options: PauseOptions,
  context: CommandContext,
): Promise<void> {
  const stateReason = `${options.by}: ${options.reason}`;
  await change(name, options, context, (row) => ({ ...row, state: 'paused', stateReason }));
}

export async function resumeTopic(
  name: string,
  options: ResumeOptions,
  context: CommandContext,
): Promise<void> {
  await change(name, options, context, (row) =>
    row.state === 'enabled' ? null : { ...row, state: 'enabled', stateReason: null },
  );
}

async function change(
  name: string,
  options: ResumeOptions,
  context: CommandContext,
  to: (row: TopicRow) => TopicRow | null,
): Promise<void> {
  const topic = tableSafeTopic(name);
  await withDeadLetters(options, context, async ({ topics, ports: { clock } }) => {
    const row = await changeTopic(topics, topic, (now) => {
      if (now.state === 'rebuilding')
        throw new CommandError(`${topic} is being rebuilt: it gets its state back when that is over`);
      const changed = to(now);
      return changed === null ? null : { ...changed, updatedAt: clock.now() };
    });
    if (row === null) throw await notRegistered(name, topics);
    await context.stdout.line(
      `${row.topic} is ${row.state}${row.stateReason === null ? '' : ` (${row.stateReason})`}`,
    );
  });
}
