import { tableSafeTopic } from '@lean-ops/core';
import { type OutputFormat, printRows } from '@lean-ops/iceberg/cli';
import { contractHistory } from '../../../contract/deploy/history.js';
import type { CommandContext } from '../../command-context.js';
import { timeText } from '../dlq/open.js';
import type { AddressOptions } from '../dlq/options.js';
import { notRegistered } from '../topics/not-registered.js';
import { withDeployment } from './open.js';

export interface HistoryCommandOptions extends AddressOptions {
  readonly topic: string;
  readonly format?: OutputFormat;
}

const COLUMNS = ['version', 'operation', 'deployed', 'by', 'note', 'live'];

export async function history(options: HistoryCommandOptions, context: CommandContext): Promise<void> {
  await withDeployment(options, context, async (ports) => {
    const topic = tableSafeTopic(options.topic);
    const versions = await contractHistory(ports, topic);
    if (versions.length === 0 && (await ports.state.topics.get(topic)) === null)
      throw await notRegistered(options.topic, ports.state.topics);
    const rows = versions.map(({ version, operation, deployedAt, deployedBy, note, live }) => ({
      version,
      operation,
      deployed: timeText(deployedAt),
      by: deployedBy,
      note,
      live,
    }));
    await printRows(context.stdout, rows, COLUMNS, options.format);
  });
}
