import type { Table } from '@lean-ops/iceberg';
import type { RunReport } from '../job.js';
import { tableName } from '../tables/names.js';
import type { Watermark } from '../watermark/watermark.js';
import { jobRunEntry } from './entries.js';
import type { RunContext } from './run-context.js';

/** Where a run stands: a table of its layer, and how far that has read its source. */
interface Place {
  readonly target: Table;
  readonly source: Table;
  readonly watermark: Watermark | null;
}

/** Follows a run from commit to commit, publishes how far it is, and adds up what its steps did. */
export class RunProgress<Step extends { readonly rowsRead: number }> {
  readonly #context: RunContext;
  readonly #steps: Step[] = [];
  #first: Watermark | null | undefined;
  #last: Watermark | null = null;
  #snapshotId: bigint | null = null;
  #rowsLeft: number | null = null;
  #reviewed = 0;
  #mended = 0;

  constructor(context: RunContext) {
    this.#context = context;
  }

  /** Where the next step begins. */
  async begin(place: Place): Promise<void> {
    if (this.#first === undefined) this.#first = place.watermark;
    await this.#reach(place);
  }

  /** A step that was committed, and where it led. */
  async done(step: Step, place: Place): Promise<void> {
    this.#steps.push(step);
    await this.#reach(place);
  }

  /** The time is over before everything was read. */
  handOver(rowsLeft: number): void {
    this.#rowsLeft = rowsLeft;
    this.#context.logger.info('handing over', { commits: this.#steps.length, rowsLeft });
  }

  /** Errors of earlier runs that a step decided again. */
  review(reviewed: number, mended: number): void {
    this.#reviewed += reviewed;
    this.#mended += mended;
  }

  get steps(): readonly Step[] {
    return this.#steps;
  }

  sum(figure: (step: Step) => number): number {
    return this.#steps.reduce((total, step) => total + figure(step), 0);
  }

  /** What reports of both layers have in common. */
  report(): RunReport {
    const { options, startedAt } = this.#context;
    return {
      topic: options.topic,
      runId: options.runId,
      commits: this.#steps.length,
      from: this.#first?.snapshotId ?? null,
      to: this.#last?.snapshotId ?? null,
      snapshotId: this.#snapshotId,
      rowsRead: this.sum(({ rowsRead }) => rowsRead),
      finished: this.#rowsLeft === null,
      rowsLeft: this.#rowsLeft ?? 0,
      reviewed: this.#reviewed,
      mended: this.#mended,
      durationMs: options.clock.now() - startedAt,
    };
  }

  async #reach(place: Place): Promise<void> {
    this.#last = place.watermark;
    this.#snapshotId = place.target.currentSnapshot()?.snapshotId ?? null;
    await publish(this.#context, place);
  }
}

/** Brings the copies of what the table says up to date: its last run in the outbox, its watermark in the checkpoint. */
async function publish(context: RunContext, { target, source, watermark }: Place): Promise<void> {
  const { options, layer } = context;
  const snapshot = target.currentSnapshot();
  const entry = jobRunEntry(target, snapshot);
  if (entry !== null) await options.outbox.put([entry]);
  if (watermark === null) return;
  const known = await options.checkpoints.get(options.topic, layer);
  if (known?.snapshotId === watermark.snapshotId) return;
  await options.checkpoints.put({
    topic: options.topic,
    layer,
    sourceTable: tableName(source.identifier),
    snapshotId: watermark.snapshotId,
    sequenceNumber: watermark.sequenceNumber,
    committedAt: snapshot?.timestampMs ?? options.clock.now(),
  });
}
