import { type TopicRow, tableSafeTopic } from '@lean-ops/core';
import { changeTopic } from '../../../handlers/shared/change-topic.js';
import { actorOf } from '../../actor.js';
import type { CommandContext } from '../../command-context.js';
import { CommandError } from '../../usage-error.js';
import { withDeadLetters } from '../dlq/open.js';
import { notRegistered } from './not-registered.js';
import type { PauseOptions, ResumeOptions } from './options.js';
import { stateText } from './state-text.js';

type StateChange = Pick<TopicRow, 'state' | 'stateReason' | 'stateBy' | 'stateSince'>;

export async function pauseTopic(
  name: string,
  options: PauseOptions,
  context: CommandContext,
): Promise<void> {
  await change(name, options, context, (_row, who) => ({
    state: 'paused',
    stateReason: options.reason,
    ...who,
  }));
}

export async function resumeTopic(
  name: string,
  options: ResumeOptions,
  context: CommandContext,
): Promise<void> {
  await change(name, options, context, (row, who) =>
    row.state === 'enabled' ? null : { state: 'enabled', stateReason: null, ...who },
  );
}

async function change(
  name: string,
  options: ResumeOptions,
  context: CommandContext,
  to: (row: TopicRow, who: Pick<StateChange, 'stateBy' | 'stateSince'>) => StateChange | null,
): Promise<void> {
  const topic = tableSafeTopic(name);
  const stateBy = await actorOf(options, context);
  await withDeadLetters(options, context, async ({ topics, ports: { clock } }) => {
    const row = await changeTopic(topics, topic, (now) => {
      if (now.state === 'rebuilding')
        throw new CommandError(`${topic} is being rebuilt: it gets its state back when that is over`);
      const updatedAt = clock.now();
      const changed = to(now, { stateBy, stateSince: updatedAt });
      return changed === null ? null : { ...now, ...changed, updatedAt };
    });
    if (row === null) throw await notRegistered(name, topics);
    await context.stdout.line(`${row.topic} is ${stateText(row)}`);
  });
}
