import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { printReconciliations, verdictOf } from '../output/reconciliation-report.js';

export interface ReconcileCommandOptions {
  readonly warehouse: string;
  /** Names of their tables. */
  readonly topics?: string[];
  readonly json?: boolean;
}

export async function reconcile(options: ReconcileCommandOptions, context: CommandContext): Promise<void> {
  await requireWarehouse(options.warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse: options.warehouse });
  try {
    const results = await platform.reconcile(options.topics);
    context.verdict = verdictOf(results);
    if (options.json === true) {
      await context.stdout.json({ balanced: results.every(({ balanced }) => balanced), topics: results });
    } else await printReconciliations(results, context.stdout);
  } finally {
    await platform.close();
  }
}
