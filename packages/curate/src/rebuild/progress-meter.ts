import type { Clock } from '@lean-ops/core';
import type { Table } from '@lean-ops/iceberg';
import { rowsBetween } from '../watermark/source-range.js';
import { readWatermark } from '../watermark/watermark.js';
import type { RebuildProgress } from './rebuild-types.js';

export interface ProgressMeterOptions {
  readonly topic: string;
  readonly step: 'standardize' | 'curate';
  readonly clock: Clock;
  readonly onProgress: ((progress: RebuildProgress) => void) | undefined;
  readonly source: () => Promise<Table>;
  /** Snapshot of the source; null for its current one. */
  readonly upTo: bigint | null;
  readonly target: () => Promise<Table | null>;
}

/** Tells after every commit how far a step is, how fast it goes and how long it will take. */
export class ProgressMeter {
  readonly #options: ProgressMeterOptions;
  readonly #beganAt: number;
  #first: number | null = null;

  private constructor(options: ProgressMeterOptions) {
    this.#options = options;
    this.#beganAt = options.clock.now();
  }

  static async begin(options: ProgressMeterOptions): Promise<ProgressMeter> {
    const meter = new ProgressMeter(options);
    await meter.tell();
    return meter;
  }

  async tell(): Promise<void> {
    const { topic, step, clock, onProgress, source: load, upTo, target: loadTarget } = this.#options;
    if (onProgress === undefined) return;
    const source = await load();
    const head = upTo === null ? source.currentSnapshot() : source.snapshot(upTo);
    if (head === null) return;
    const target = await loadTarget();
    const reached = target === null ? null : readWatermark(target, source.uuid);
    const totalRows = rowsBetween(source, null, head);
    const left = reached?.snapshotId === head.snapshotId ? 0 : rowsBetween(source, reached, head);
    const rows = totalRows - left;
    this.#first ??= rows;
    const seconds = (clock.now() - this.#beganAt) / 1000;
    const rowsPerSecond = seconds > 0 && rows > this.#first ? (rows - this.#first) / seconds : null;
    const remainingMs = rowsPerSecond === null ? null : Math.round((left / rowsPerSecond) * 1000);
    onProgress({ topic, step, rows, totalRows, rowsPerSecond, remainingMs });
  }
}
