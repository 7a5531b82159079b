import type { Clock, JournalStore } from '@lean-ops/core';
import {
  type Catalog,
  loadIfExists,
  replacementCatalog,
  type Table,
  type TableIdentifier,
} from '@lean-ops/iceberg';
import type { LayerNames } from '../job.js';
import { topicTables } from '../tables/names.js';
import { ProgressMeter } from './progress-meter.js';
import { RebuildJournal, type RebuildPlan } from './rebuild-journal.js';
import type { RebuildProgress } from './rebuild-types.js';

export interface RebuildWatchOptions {
  readonly catalog: Catalog;
  readonly journals: JournalStore;
  /** Table-safe topic. */
  readonly topic: string;
  readonly clock: Clock;
  readonly names?: Partial<LayerNames>;
}

/**
 * Tells from outside how far a rebuild is that another process works on, by its journal and the snapshots of the tables
 * that it makes. Reads metadata only, and changes nothing.
 *
 * @example
 * const watch = new RebuildWatch({ catalog, journals: state.journals, topic: 'events', clock: systemClock });
 * const progress = await watch.look();
 */
export class RebuildWatch {
  readonly #options: RebuildWatchOptions;
  #step: string | null = null;
  #meter: ProgressMeter | null = null;
  #latest: RebuildProgress | null = null;

  constructor(options: RebuildWatchOptions) {
    this.#options = options;
  }

  /**
   * How far it is now. The rate is what was seen between the first look at a step and this one; steps that have no rows to
   * count have 0 of 0. Null where the topic is in no rebuild.
   */
  async look(): Promise<RebuildProgress | null> {
    const { journals, topic } = this.#options;
    const plan = (await RebuildJournal.open(journals, topic))?.plan ?? null;
    if (plan === null) return null;
    const step = `${plan.generation}/${plan.folder}/${plan.step}`;
    const isNew = step !== this.#step;
    if (isNew) this.#latest = uncounted(topic, plan);
    if (isNew) this.#meter = await this.#meterOf(plan);
    else await this.#meter?.tell();
    this.#step = step;
    return this.#latest;
  }

  async #meterOf({ step, raw, folder }: RebuildPlan): Promise<ProgressMeter | null> {
    if ((step !== 'standardize' && step !== 'curate') || raw === null) return null;
    const { catalog, topic, clock, names } = this.#options;
    const tables = topicTables(topic, names);
    const isFirst = step === 'standardize';
    return await ProgressMeter.begin({
      ...{ topic, step, clock },
      onProgress: (progress) => {
        this.#latest = progress;
      },
      source: async () =>
        isFirst
          ? await catalog.loadTable(tables.raw)
          : ((await this.#staged(tables.standardized, folder)) as Table),
      upTo: isFirst ? raw.snapshotId : null,
      target: async () => await this.#staged(isFirst ? tables.standardized : tables.curated, folder),
    });
  }

  /** Not by `openReplacement`, which drops one that is just being made. */
  async #staged(identifier: TableIdentifier, folder: string): Promise<Table | null> {
    const { catalog, clock } = this.#options;
    const table = await loadIfExists(catalog, identifier);
    if (table === null) return null;
    const staged = await loadIfExists(
      replacementCatalog({ table, folder, now: () => clock.now() }),
      identifier,
    );
    return staged?.uuid === table.uuid ? staged : null;
  }
}

function uncounted(topic: string, { step }: RebuildPlan): RebuildProgress {
  return { topic, step, rows: 0, totalRows: 0, rowsPerSecond: null, remainingMs: null };
}
