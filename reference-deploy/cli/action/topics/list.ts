import { printRows } from '@lean-ops/iceberg/cli';
import type { CommandContext } from '../../command-context.js';
import { timeText, withDeadLetters } from '../dlq/open.js';
import type { ListTopicsOptions } from './options.js';
import { stateFields } from './state-text.js';

const COLUMNS = ['topic', 'queue', 'state', 'since', 'by', 'reason', 'contract', 'engine', 'schedule'];

export async function listTopics(options: ListTopicsOptions, context: CommandContext): Promise<void> {
  await withDeadLetters(options, context, async ({ topics }) => {
    const rows = (await topics.list()).map((row) => ({
      topic: row.topic,
      queue: row.queueTopic,
      ...stateFields(row),
      contract: row.contractVersion,
      engine: row.engine,
      schedule: row.schedule,
      changed: timeText(row.updatedAt),
    }));
    await printRows(context.stdout, rows, COLUMNS, options.format);
  });
}
