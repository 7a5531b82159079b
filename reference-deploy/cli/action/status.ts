import type { TopicRow } from '@lean-ops/core';
import type { TableStatus, TopicStatus } from '@lean-ops/curate';
import { textTable } from '@lean-ops/iceberg/cli';
import { dueAt } from '../../handlers/shared/schedule.js';
import { EmbeddedPlatform } from '../../local/index.js';
import type { CommandContext } from '../command-context.js';
import { requireWarehouse } from '../folder/warehouse.js';
import { timeText } from './dlq/open.js';
import { stateFields } from './topics/state-text.js';

export interface StatusCommandOptions {
  readonly warehouse: string;
  readonly json?: boolean;
}

export async function status(options: StatusCommandOptions, context: CommandContext): Promise<void> {
  await requireWarehouse(options.warehouse);
  const platform = await EmbeddedPlatform.open({ warehouse: options.warehouse });
  try {
    const registry = new Map((await platform.state.topics.list()).map((row) => [row.topic, row]));
    const rounds = await platform.state.rounds.list();
    const topics = await platform.status();
    if (options.json === true) {
      await context.stdout.json({
        topics: topics.map((topic) => ({ ...topic, ...registered(registry.get(topic.topic), rounds) })),
      });
      return;
    }
    if (topics.length === 0) {
      await context.stdout.line('The warehouse has no topics yet.');
      return;
    }
    await context.stdout.line(
      textTable(
        ['topic', 'state', 'contract', 'schedule', 'due', 'RAW rows not read'],
        topics.map(({ topic, pendingRaw }) => {
          const row = registered(registry.get(topic), rounds);
          const { state, contractVersion, schedule, dueAt: due } = row;
          return [topic, state, contractVersion ?? 'none', schedule, due ?? 'next round', pendingRaw];
        }),
      ),
    );
    for (const row of registry.values()) await context.stdout.write(whyText(row));
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

/** What the registry says of a topic. */
function registered(row: TopicRow | undefined, rounds: ReadonlyMap<string, number>) {
  if (row === undefined) return { state: null, contractVersion: null, schedule: null, dueAt: null };
  const { contractVersion, schedule } = row;
  const due = dueAt(row, rounds.get(row.topic) ?? null);
  const { state, since, by, reason } = stateFields(row);
  return {
    state,
    stateSince: since,
    stateBy: by,
    stateReason: reason,
    contractVersion,
    schedule,
    dueAt: due === null ? null : timeText(due),
  };
}

/** A line of a topic that does not run. */
function whyText(row: TopicRow): string {
  if (row.state === 'enabled') return '';
  const { state, since, by, reason } = stateFields(row);
  const parts = [since === null ? '' : ` since ${since}`, by === null ? '' : `, by ${by}`];
  return `${row.topic} is ${state}${parts.join('')}${reason === null ? '' : `: ${reason}`}\n`;
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
