import { tableSafeTopic } from '@lean-ops/core';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';
import { UsageError } from '../usage-error.js';

export interface ReconcileCommandOptions {
  readonly warehouse: string;
  readonly topics?: string[];
  readonly json?: boolean;
}

export async function reconcile(options: ReconcileCommandOptions, context: CommandContext): Promise<void> {
  await requireWarehouse(options.warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse: options.warehouse });
  try {
    const topics = options.topics?.map(tableSafeTopic);
    const known = (await platform.state.topics.list()).map(({ topic }) => topic);
    const unknown = topics?.find((topic) => !known.includes(topic));
    if (unknown !== undefined) {
      throw new UsageError(`--topics ${unknown}: the warehouse knows ${known.join(', ') || 'no topics'}`);
    }
    const results = await platform.reconcile(topics);
    context.verdict = verdictOf(results);
    if (options.json === true) {
      await context.stdout.json({ balanced: results.every(({ balanced }) => balanced), topics: results });
    } else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }
}
