import { printRows } from '@lean-ops/iceberg/cli';
import { deadLetterStats } from '../../../dead-letters/stats.js';
import type { CommandContext } from '../../command-context.js';
import { filterOf, timeText, withDeadLetters } from './open.js';
import type { StatsCommandOptions } from './options.js';

const COLUMNS = [
  'topic',
  'kind',
  'errorClass',
  'errorCode',
  'status',
  'messages',
  'oldest',
  'newest',
  'mostReplays',
];

export async function stats(options: StatsCommandOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ ports }) => {
    const groups = await deadLetterStats(ports.tracker, await filterOf(options, ports));
    const rows = groups.map(({ count, oldest, newest, ...group }) => ({
      ...group,
      messages: count,
      oldest: timeText(oldest),
      newest: timeText(newest),
    }));
    await printRows(context.stdout, rows, COLUMNS, options.format);
  });
}
