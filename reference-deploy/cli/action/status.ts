import type { TableStatus, TopicStatus } from '@lean-ops/curate';
import { textTable } from '@lean-ops/iceberg/cli';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';

export interface StatusCommandOptions {
  readonly warehouse: string;
  readonly json?: boolean;
}

export async function status(options: StatusCommandOptions, context: CommandContext): Promise<void> {
  await requireWarehouse(options.warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse: options.warehouse });
  try {
    const registry = new Map((await platform.state.topics.list()).map((row) => [row.topic, row]));
    const topics = await platform.status();
    if (options.json === true) {
      await context.stdout.json({
        topics: topics.map((topic) => ({
          ...topic,
          state: registry.get(topic.topic)?.state ?? null,
          contractVersion: registry.get(topic.topic)?.contractVersion ?? null,
        })),
      });
      return;
    }
    if (topics.length === 0) {
      await context.stdout.line('The warehouse has no topics yet.');
      return;
    }
    await context.stdout.line(
      textTable(
        ['topic', 'state', 'contract', 'RAW rows not read'],
        topics.map(({ topic, pendingRaw }) => {
          const row = registry.get(topic);
          return [topic, row?.state, row?.contractVersion ?? 'none', pendingRaw];
        }),
      ),
    );
    await context.stdout.line();
    await context.stdout.line(
      textTable(
        ['table', 'rows', 'snapshot', 'committed at', 'source watermark', 'last run'],
        topics.flatMap(tablesOf).map(tableRow),
      ),
    );
  } finally {
    await platform.close();
  }
}

function tablesOf({ raw, standardized, parseErrors, curated, errors }: TopicStatus): TableStatus[] {
  return [raw, standardized, parseErrors, curated, errors].filter((table) => table !== null);
}

function tableRow({ table, rows, snapshotId, committedAt, watermark, runId }: TableStatus): unknown[] {
  return [
    table,
    rows,
    snapshotId === null ? '' : String(snapshotId),
    committedAt === null ? '' : new Date(committedAt).toISOString(),
    watermark === null ? '' : String(watermark.snapshotId),
    runId,
  ];
}
