import { type BreakerRow, tableSafeTopic } from '@lean-ops/core';
import { dueAt } from '../../../handlers/shared/schedule.js';
import type { CommandContext } from '../../command-context.js';
import { timeText, withDeadLetters } from '../dlq/open.js';
import { notRegistered } from './not-registered.js';
import type { ShowTopicOptions } from './options.js';

export async function showTopic(
  name: string,
  options: ShowTopicOptions,
  context: CommandContext,
): Promise<void> {
  await withDeadLetters(options, context, async ({ topics, rounds, breakers }) => {
    const row = await topics.get(tableSafeTopic(name));
    if (row === null) throw await notRegistered(name, topics);
    const lastRoundAt = await rounds.get(row.topic);
    const breaker = await breakers.get(row.topic);
    await context.stdout.json({
      ...row,
      stateSince: timeOrNull(row.stateSince),
      updatedAt: timeText(row.updatedAt),
      // Of a topic that runs in every round nobody keeps when that was: ops.job_runs has it.
      ...(row.schedule === 'every-round'
        ? {}
        : { lastRoundAt: timeOrNull(lastRoundAt), dueAt: timeOrNull(dueAt(row, lastRoundAt)) }),
      breaker: breaker === null ? null : shown(breaker),
    });
  });
}

function timeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : timeText(milliseconds);
}

function shown({ state, override, reason, changedAt }: BreakerRow) {
  return { state, override, reason, changedAt: timeText(changedAt) };
}
