import { printRows } from '@lean-ops/iceberg/cli';
import type { CommandContext } from '../../command-context.js';
import { timeText, withDeadLetters } from '../dlq/open.js';
import type { ListTopicsOptions } from './options.js';

const COLUMNS = ['topic', 'queue', 'state', 'reason', 'contract', 'engine', 'since'];

export async function listTopics(options: ListTopicsOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ topics }) => {
    const rows = (await topics.list()).map((row) => ({
      topic: row.topic,
      queue: row.queueTopic,
      state: row.state,
      reason: row.stateReason,
      contract: row.contractVersion,
      engine: row.engine,
      since: timeText(row.updatedAt),
    }));
    await printRows(context.stdout, rows, COLUMNS, options.format);
  });
}
