import { type Layer, type Logger, type Metrics, noopMetrics, silentLogger } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { CurateError } from '../error.js';
import type { JobOptions, JobPoint } from '../job.js';
import { type TopicTables, tableName, topicTables } from '../tables/names.js';
import { KEYS } from '../tables/properties.js';
import type { Watermark } from '../watermark/watermark.js';
import { failedRunEntry, type RunFigures } from './entries.js';

/** A job's options with their defaults, and the small things that both jobs do alike. */
export interface RunContext {
  readonly options: JobOptions;
  readonly layer: Layer;
  readonly tables: TopicTables;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly maxRowsPerCommit: number;
  readonly cacheBytes: number;
  at(point: JobPoint): Promise<void>;
}

/** @throws {CurateError} `OPTION_INVALID`. */
export function runContext(options: JobOptions, layer: Layer): RunContext {
  refuseOtherMode(options.deleteMode);
  for (const [option, range] of Object.entries(RANGES))
    refuseOutside(option, options[option as Limit], range);
  const { topic, names, logger = silentLogger, metrics = noopMetrics, clock, runId, hooks } = options;
  const { maxRowsPerCommit = 1_000_000, cacheBytes = 512 << 20 } = options;
  return {
    options: { ...options, ...stopSignal(options) },
    layer,
    tables: topicTables(topic, names),
    logger: logger.child({ topic, layer, runId }),
    metrics,
    startedAt: clock.now(),
    maxRowsPerCommit,
    cacheBytes,
    at: async (point) => {
      await hooks?.at?.(point);
    },
  };
}

/** What a run works under: its caller's signal, and the end of its time. */
function stopSignal({ signal, handOver }: JobOptions): { signal?: AbortSignal } {
  const signals = [signal, handOver?.signal].filter((one) => one !== undefined);
  return signals.length === 0 ? {} : { signal: AbortSignal.any(signals) };
}

type Limit = 'workers' | 'maxRowsPerCommit' | 'cacheBytes';

/** Least and most. A limit without end may be infinite. */
const RANGES: Readonly<Record<Limit, readonly [least: number, most: number]>> = {
  workers: [0, 64],
  maxRowsPerCommit: [1, Number.POSITIVE_INFINITY],
  cacheBytes: [0, Number.POSITIVE_INFINITY],
};

/**
 * Refuses what is no number of threads.
 *
 * @throws {CurateError} `OPTION_INVALID`.
 */
export function checkWorkers(workers: number | undefined): void {
  refuseOutside('workers', workers, RANGES.workers);
}

function refuseOutside(option: string, value: unknown, [least, most]: readonly [number, number]): void {
  if (value === undefined) return;
  const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY;
  if (isWhole && (value as number) >= least && (value as number) <= most) return;
  const range = Number.isFinite(most) ? `from ${least} to ${most}` : `from ${least}`;
  const shown = typeof value === 'string' ? JSON.stringify(value) : String(value);
  throw new CurateError(`${option} is ${shown}: give a whole number ${range}`, {
    code: 'OPTION_INVALID',
    context: { option, value },
  });
}

function refuseOtherMode(mode: string | undefined): void {
  if (mode === undefined || mode === 'merge-on-read' || mode === 'copy-on-write') return;
  throw new CurateError(`deleteMode is ${JSON.stringify(mode)}: give "merge-on-read" or "copy-on-write"`, {
    code: 'OPTION_INVALID',
    context: { option: 'deleteMode', value: mode },
  });
}

/** Counts a figure under the topic and layer. */
export function count(context: RunContext, name: string, value: number): void {
  const { metrics, options, layer } = context;
  if (value !== 0) metrics.add(name, value, 'Count', { topic: options.topic, layer });
}

/** Summary entries that say what made a snapshot. */
export function runSummary(
  context: RunContext,
  figures: RunFigures,
  contractVersion: string | null,
): Record<string, string> {
  const { options, layer, startedAt } = context;
  return {
    [KEYS.runId]: options.runId,
    ...(contractVersion === null ? {} : { [KEYS.contractVersion]: contractVersion }),
    [KEYS.run]: JSON.stringify({
      topic: options.topic,
      layer,
      started_at: startedAt,
      finished_at: options.clock.now(),
      ...figures,
    }),
  };
}

/** Figures that name the two ends of a range. */
export function rangeFigures(source: Table, from: Watermark | null, to: Watermark): RunFigures {
  return {
    source_table: tableName(source.identifier),
    from_snapshot_id: from === null ? null : String(from.snapshotId),
    to_snapshot_id: String(to.snapshotId),
  };
}

/** Runs a job and logs it as failed when it throws. */
export async function logged<Report>(context: RunContext, work: () => Promise<Report>): Promise<Report> {
  const { options, layer, logger, startedAt } = context;
  try {
    return await work();
  } catch (error) {
    logger.error('job failed', { error });
    const { topic, runId, clock, contract, outbox } = options;
    await outbox.put([
      failedRunEntry({
        topic,
        layer,
        runId,
        startedAt,
        finishedAt: clock.now(),
        contractVersion: contract?.version ?? null,
        error,
      }),
    ]);
    throw error;
  }
}
